r"""A look back: after each row a network may look at what it saw before, and at what came next there.

An LSTM must carry all it will need in its state; music says things again. The first layer shows h_t after row t, whose
inputs are x_t. Every row leaves a key and a value, and after every row a query asks for those that fit:

    k_s = K h_{s-1}                                     what was shown before row s
    v_s = V h_s + X x_s                                 what row s then brought
    q_t = Q h_t                                         what is shown now, before row t + 1
    p_ts ∝ exp(q_t · k_s / √D − a log(1 + t − s))       0 ≤ t − s < M
    h_t + O (σ(G h_t) ∘ Σ_s p_ts v_s)                   what layers above and the output see in place of h_t

So a row is found by what it came after: an induction head in one layer, or a continuous cache (Grave et al. 2017) whose
keys and values are learned. One attention in an LSTM is nearly all that more would bring (Merity 2019). Each head has a
D and an a of its own; the a are fixed, from 0 on: a head by content alone, and others ever nearer. To find nothing is
one more choice, with a score of zero and nothing to show. The first row of a piece comes after none and is not found.

The memory, the keys and values of the last M rows, is carried like the state, without gradient, and cleared like it. A
row's look does not depend on where a sequence is cut. T rows, B pieces, N heads of D, W = N D.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from maestro_lstm.model.attention import attend, rows_back, within
from maestro_lstm.plumbing.choices import LONGEST_MEMORY, LookSize

NEARER = 0.5  # what a grows by from head to head
SIZE = "look.size"  # its name among a network's weights


def size_in(weights: Mapping[str, Tensor]) -> LookSize | None:
    """How a network with these weights looks back; None if it does not. Raises ValueError for what is no size."""
    if SIZE not in weights:
        return None
    size = LookSize(*(int(number) for number in weights[SIZE].tolist()))
    if weights[SIZE].shape != (3,) or min(size.heads, size.width) < 1 or not 1 <= size.memory <= LONGEST_MEMORY:
        raise ValueError(f"{SIZE}: {weights[SIZE].tolist()}")
    return size


Memory = tuple[Tensor, ...]  # of M rows: keys and values, (M, B, W) each, and whether a row is there, (M, B, 1)


class Look(nn.Module):
    """The layer.

    Args:
        hidden: H of the first layer.
        inputs: X of a row.
    """

    def __init__(self, size: LookSize, hidden: int, inputs: int) -> None:
        super().__init__()
        self.dims = size
        self.size: Tensor  # in the weights, which then say all of their network
        self.register_buffer("size", torch.tensor([size.heads, size.width, size.memory], dtype=torch.float32))
        self.QKVG = nn.Linear(hidden, 4 * size.whole, bias=False)  # one above the other
        self.X = nn.Linear(inputs, size.whole, bias=False)
        self.O = nn.Linear(size.whole, hidden, bias=False)

    def start(self, batch: int) -> Memory:
        """An empty memory."""
        rows = self.QKVG.weight.new_zeros(self.dims.memory, batch, self.dims.whole)  # (M, B, W)
        return rows, rows, rows[..., :1]

    def forward(self, x: Tensor, h: Tensor, memory: Memory | None = None) -> tuple[Tensor, Memory]:
        """A look after each row.

        Args:
            x: (T, B, X) the rows' inputs.
            h: (T, B, H) what the first layer shows.
            memory: what the rows before left; empty if not given.

        Returns: (T, B, H) what it shows with the look, and the memory after the last row.
        """
        q, k, v, g = self.QKVG(h).chunk(4, dim=2)  # (T, B, W) each
        v = v + self.X(x)  # (T, B, W)
        old_k, old_v, there = memory or self.start(h.shape[1])
        old_k, old_v, one = old_k.to(k.dtype), old_v.to(v.dtype), torch.ones_like(there[:1])
        there = torch.cat((there, one.expand(len(h), -1, -1)))  # (M + T, B, 1)
        # place 0 is nothing; place s has its value from row s and its key from row s − 1: S = M + T with M before row 1
        nothing = torch.zeros_like(k[:1])
        keys, values = torch.cat((nothing, old_k, k[:-1])), torch.cat((nothing, old_v[1:], v))  # (S, B, W)
        bias = self.bias(len(h), len(keys))  # (N, T, S)
        found = attend(q, keys, values, self.dims.heads, bias, torch.cat((one, there[:-1])))  # (T, B, W)
        last = torch.cat((keys.detach(), k[-1:].detach())), values.detach(), there
        kept_k, kept_v, kept = (rows[-self.dims.memory :] for rows in last)
        return h + self.O(torch.sigmoid(g) * found), (kept_k, kept_v, kept)

    def bias(self, rows: int, places: int) -> Tensor:
        """−a log(1 + t − s) of each head, (N, T, S); 0 of nothing, NEVER beyond the memory and after the row."""
        back = rows_back(rows, places, self.QKVG.weight.device)  # (T, S)
        a = NEARER * torch.arange(self.dims.heads, device=back.device)  # (N,)
        bias = within(self.dims.memory, -a[:, None, None] * back.clamp(min=0).log1p(), back)
        bias[..., 0] = 0
        return bias
