"""Which numbers of README and docs/ stand in no file? `python -m tools.prose`.

A number with a decimal point, a thousands comma or a percent sign is a claim, and so is "27 of 32"; other whole
numbers, signs and powers of ten are not checked. A claim has to stand, rounded as it is written, in a table of its
section (between two headings), or in a file that the section names; "27 of 32" in so many words:

- `<!-- from: metrics/plateau/tables/law.md metrics/plateau/runs/*.csv -->`;
- `<!-- so: 0.16 = 4.028 - 3.868 -->`: worked out from such numbers;
- `<!-- said: 3.52 160 27/32 -->`: not a result, such as a closed form, another's figure, or a size, or held by a test
  of its own. Whoever writes it says beside it what it is.
"""

import argparse
import ast
import csv
import operator
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from tools.docs import PAGES, PLACE

FENCE, COMMENT, CODE = re.compile(r"^```.*?^```", re.S | re.M), re.compile(r"<!--.*?-->", re.S), re.compile(r"`[^`]*`")
TARGET = re.compile(r"\]\([^)]*\)")  # of a link
MARK = re.compile(r"<!-- (from|so|said): (.*?) -->", re.S)
NUMBER = re.compile(r"(?<![\w.,/§#])\d[\d,]*(?:\.\d+)?(?![\w/]|\.\d)(?: %)?")
OF = re.compile(r"(?<![\w.,/§#])(\d[\d,]*)\s+of\s+(\d[\d,]*)(?![\w.,]*\d| %)")
IN_FILES = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][+-]?\d+)?")
OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class Section:
    """The text between two headings, without code blocks."""

    def __init__(self, page: str, heading: str, text: str) -> None:
        self.place, self.text = f"{page}, {heading or 'the beginning'}", text
        marks = [(kind, " ".join(words.split())) for kind, words in MARK.findall(text)]
        self.files = [file for kind, words in marks if kind == "from" for file in words.split()]
        self.said = {word.replace(",", "") for kind, words in marks if kind == "said" for word in words.split()}
        works = (words.partition("=") for kind, words in marks if kind == "so")
        self.worked_out = {claim.strip().replace(",", ""): work.strip() for claim, _, work in works}

    def claims(self) -> list[str]:
        """Its numbers, without commas."""
        found = (match[0] for match in NUMBER.finditer(self.prose()))
        return [one.removesuffix(" %").replace(",", "") for one in found if claimed(one)]

    def counts(self) -> list[str]:
        """How many of how many, such as 27/32."""
        return ["/".join(match.groups()).replace(",", "") for match in OF.finditer(self.prose())]

    def prose(self) -> str:
        """Its text, without code, tables and the targets of links."""
        text = self.text
        for other in (PLACE, COMMENT, CODE):
            text = other.sub(" ", text)
        return TARGET.sub("]", text)

    def words(self) -> str:
        """Of its tables, and of the files that it names."""
        texts = [table[0] for table in PLACE.finditer(self.text)]
        texts += [path.read_text() for file in self.files for path in sorted(Path().glob(file))]
        return " ".join(" ".join(texts).split())

    def numbers(self) -> list[float]:
        """Of its tables, as they are shown, and of the files that it names."""
        shown = [one for table in PLACE.finditer(self.text) for one in numbers_in(table[0])]
        return [*shown, *(one for file in self.files for one in numbers_of(file))]

    def problems(self) -> Iterator[str]:
        """What is wrong with its claims and marks."""
        yield from (f"{self.place}: {file} is missing" for file in self.files if not numbers_of(file))
        numbers, claims = self.numbers(), self.claims()
        for claim in claims:
            if claim in self.worked_out:
                result, operands = worked_out(self.worked_out[claim])
                missing = [one for one in operands if one not in self.said and not stands(one, numbers)]
                if missing:
                    yield f"{self.place}: {claim}: {missing[0]} stands in no file that is named"
                if not stands(claim, [abs(result)]):
                    yield f"{self.place}: {claim}: it is {result:.6g}"
            elif claim not in self.said and not stands(claim, numbers):
                yield f"{self.place}: {claim}: stands in no file that is named"
        counts = self.counts()
        words = self.words() if counts else ""
        for count in counts:
            if count not in self.said and not re.search(rf"\b{count.replace('/', ' of ')}\b", words):
                yield f"{self.place}: {count.replace('/', ' of ')}: stands in no file that is named"
        used = {*claims, *counts, *(one for work in self.worked_out.values() for one in worked_out(work)[1])}
        for one in sorted((self.said | self.worked_out.keys()) - used):
            yield f"{self.place}: {one}: is explained and not there"


def claimed(number: str) -> bool:
    """Whether a number is a claim: others are names, counts in a sentence, years. 95 % is the level of intervals."""
    return number != "95 %" and any(mark in number.rstrip(",") for mark in ".,%")


def stands(number: str, numbers: Sequence[float]) -> bool:
    """Whether one of these is a number, rounded as it is written."""
    digits = len(number.partition(".")[2])
    return any(abs(one - float(number)) <= 0.5000001 * 10.0**-digits for one in numbers)


@cache
def numbers_of(pattern: str) -> list[float]:
    """All numbers of the files that match; none where there is no file."""
    texts = [(file.suffix, file.read_text()) for file in sorted(Path().glob(pattern))]
    cells = (
        cell for suffix, text in texts if suffix == ".csv" for row in csv.reader(text.splitlines()) for cell in row
    )
    others = (text for suffix, text in texts if suffix != ".csv")
    return [one for text in (*cells, *others) for one in numbers_in(text)]


def numbers_in(text: str) -> list[float]:
    return [float(one.replace(",", "")) for one in IN_FILES.findall(text)]


def worked_out(text: str) -> tuple[float, list[str]]:
    """The value of a sum of numbers, products and so on, and its numbers that claim something."""

    def value(node: ast.AST) -> float:
        match node:
            case ast.Expression(body=body):
                return value(body)
            case ast.BinOp(left=left, op=op, right=right):
                return OPERATORS[type(op)](value(left), value(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -value(operand)
            case ast.Constant(value=int() | float() as number):
                return float(number)
        raise ValueError(text)

    text = text.replace(",", "").replace("−", "-")
    operands = re.findall(r"\d+(?:\.\d+)?", text)
    return value(ast.parse(text, mode="eval")), [one for one in operands if one not in ("2", "100", "1000")]


def sections_of(page: Path) -> Iterator[Section]:
    """The sections of a page, whose code blocks hold no headings."""
    blank = FENCE.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), page.read_text())
    heading, lines = "", list[str]()
    for line in blank.splitlines():
        if line.startswith("#"):
            yield Section(str(page), heading, "\n".join(lines))
            heading, lines = line.lstrip("# "), []
        else:
            lines.append(line)
    yield Section(str(page), heading, "\n".join(lines))


def problems() -> list[str]:
    """Of all pages."""
    return [problem for page in PAGES for section in sections_of(page) for problem in section.problems()]


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    found = problems()
    print("\n".join(found) or "every number stands in a file")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
