"""The performer's other reference: a decoder-only Transformer in place of its recurrent layers, with the same inputs
and the same heads.

Blocks with the norms first (Xiong et al. 2020), attention that fades linearly with the distance (ALiBi; Press et al.
2022), and a memory: the keys and values of the last M rows are carried from window to window without gradient
(Transformer-XL; Dai et al. 2019), as a recurrent state is. T rows, B pieces, H hidden, N heads.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from maestro_lstm.model.attention import attend, rows_back, within
from maestro_lstm.model.lstm import State
from maestro_lstm.model.network import Matrices
from maestro_lstm.model.performer import Performer
from maestro_lstm.model.ranks import Dropout
from maestro_lstm.plumbing.choices import LookSize
from maestro_lstm.tokens.note_tokens import FIELDS

WIDER = 4  # times H, between the two products of a block


class Block(nn.Module):
    """Attention, then two products, each added to what it is given.

    Args:
        hidden: H.
        heads: N, a divisor of H.
        memory: M.
        dropout: share of what each part adds that training sets to zero.
    """

    def __init__(self, hidden: int, heads: int, memory: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.memory = heads, memory
        self.norm_1, self.norm_2 = nn.LayerNorm(hidden), nn.LayerNorm(hidden)
        self.QKV = nn.Linear(hidden, 3 * hidden, bias=False)  # one above the other
        self.O = nn.Linear(hidden, hidden, bias=False)
        self.wide, self.narrow = nn.Linear(hidden, WIDER * hidden), nn.Linear(WIDER * hidden, hidden)
        self.drop = Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor, there: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(T, B, H) → (T, B, H), and the keys and values of the last M rows.

        Args:
            bias: (N, T, M + T)
            there: (M + T, B, 1)
            k, v: (M, B, H) of the rows before.
        """
        q, own_k, own_v = self.QKV(self.norm_1(x)).chunk(3, dim=2)  # (T, B, H) each
        k, v = torch.cat((k.to(own_k.dtype), own_k)), torch.cat((v.to(own_v.dtype), own_v))  # (M + T, B, H)
        x = x + self.drop(self.O(attend(q, k, v, self.heads, bias, there)))
        x = x + self.drop(self.narrow(F.gelu(self.wide(self.norm_2(x)))))
        return x, k[-self.memory :].detach(), v[-self.memory :].detach()


class NoteTransformer(Performer):
    """Rows in, nats of the next rows out.

    Args:
        layers: blocks.
        look: N and M; N heads of H / N.
    """

    def make_body(self, inputs: int, hidden: int, layers: int, dropout: float, look: LookSize | None) -> int:
        if look is None or look.whole != hidden:
            raise ValueError(f"a Transformer of {hidden} needs a look of heads × width = {hidden}")
        self.memory, self.heads = look.memory, look.heads
        self.hidden = hidden
        self.takes = nn.Linear(inputs, hidden)
        self.layers = nn.ModuleList([Block(hidden, look.heads, look.memory, dropout) for _ in range(layers)])
        self.norm = nn.LayerNorm(hidden)
        return hidden

    def body(self, x: Tensor, state: State | None) -> tuple[Tensor, State]:
        if state is None:
            wide = x.new_zeros(self.memory, x.shape[1], self.hidden)
            state = (wide[..., :1], *[wide] * (2 * len(self.layers)))
        there, *kept = state
        there = torch.cat((there, torch.ones_like(there[:1]).expand(len(x), -1, -1)))  # (M + T, B, 1)
        bias = self.bias(len(x), len(there))
        x, after = self.takes(x), []
        for k, block in enumerate(self.layers):
            x, *own = block(x, bias, there, *kept[2 * k : 2 * k + 2])
            after += own
        return self.norm(x), (there[-self.memory :], *after)

    def bias(self, rows: int, places: int) -> Tensor:
        """−m (t − s) of each head, (N, T, S), m = 2^(−8 n / N) for n = 1 … N; NEVER where there is nothing to see."""
        back = rows_back(rows, places, self.norm.weight.device)
        m = 2 ** (-8 * torch.arange(1, self.heads + 1, device=back.device) / self.heads)  # (N,)
        return within(self.memory, -m[:, None, None] * back, back)

    def matrices(self) -> Matrices:
        """The weights for Muon."""
        blocks = [block for block in self.layers if isinstance(block, Block)]
        found: Matrices = {1: [], 3: [block.QKV.weight for block in blocks], len(FIELDS): [self.seen.weight]}
        for block in blocks:
            found[1] += [block.O.weight, block.wide.weight, block.narrow.weight]
        return found
