"""report.breakdown: every predictor on test, where it is right and how sure that is: tables and pictures."""

from maestro_lstm.corpus.index import works_of
from maestro_lstm.evaluation.baselines import KNESER_NEY
from maestro_lstm.evaluation.breakdown import read_breakdown
from maestro_lstm.params.params import BEST, load_params
from maestro_lstm.plumbing.files import write_bytes, write_text
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.report.breakdown import calibration_as_text, groups_as_text, interval_of, intervals_row, points_of
from maestro_lstm.report.paper import predictors_as_text
from maestro_lstm.report.pictures import breakdown_picture, symbols_picture
from maestro_lstm.study.metrics import ONE_PASS, of_candidates, read_baselines, read_runs, read_split
from stages import command, paths

MATCHING = f"{BEST} + memory"


def main() -> None:
    params = load_params()
    ngrams = [f"{order}-gram" for order in params.baselines.orders]
    baselines = [*ngrams, KNESER_NEY, f"{KNESER_NEY}-memory"]
    tables = {name: read_breakdown(paths.groups_of_ngram(name)) for name in baselines}
    tables |= {name: read_breakdown(paths.of_network("groups", name)) for name in params.trained_networks}
    tables[MATCHING] = read_breakdown(paths.MATCHES / "groups.csv")
    works = works_of("test", paths.PARSED, paths.WORKS)
    over = [intervals_row(name, table, some) for some in (works, None) for name, table in tables.items()]
    write_csv(paths.BREAKDOWN / "tables" / "intervals.csv", over)
    shown = {name: table for name, table in tables.items() if name not in ngrams}  # the best counting stands for all
    points = {by: points_of(shown, by) for by in ("position", "chord", "confidence", "symbol")}
    for by, some in points.items():
        write_csv(paths.BREAKDOWN / "tables" / f"{by}.csv", some)
    write_bytes(paths.BREAKDOWN / "pictures" / "symbols.svg", symbols_picture(points.pop("symbol")))
    write_bytes(paths.BREAKDOWN / "pictures" / "breakdown.svg", breakdown_picture(points))

    figures = paths.BASELINES / "figures.csv"
    counted = of_candidates(read_baselines(figures, "test"), [(name,) for name in baselines], figures)
    scores = {name: summary for (name,), summary in counted.items()}
    scores |= {name: read_split(paths.of_network("evaluate", name), "test") for name in params.trained_networks}
    scores[MATCHING] = read_runs(paths.MATCHES / "test.csv", (), ONE_PASS)[()]
    intervals = {
        name: {key: interval_of(table, key, works) for key in ("accuracy", "nats")} for name, table in tables.items()
    }
    write_text(paths.BREAKDOWN / "tables" / "predictors.md", predictors_as_text(scores, intervals) + "\n")
    for name, text in (("groups", groups_as_text(tables)), ("tables", calibration_as_text(tables, works))):
        write_text(paths.BREAKDOWN / "tables" / f"{name}.md", text + "\n")
        print(text)


if __name__ == "__main__":
    command.run(main)
