r"""The paper's LSTM (§4.1), written from its equations.

One step takes a symbol x_t (one-hot, V long), the hidden state h and the cell state c (H long each). In a deeper
network x_t is the hidden state of the layer below.

    i = σ(U_i x + b_Ui + W_i h + b_Wi)        input gate: how much of the candidate enters
    f = σ(U_f x + b_Uf + W_f h + b_Wf)        forget gate: how much of the old cell stays
    g = tanh(U_g x + b_Ug + W_g h + b_Wg)     candidate
    o = σ(U_o x + b_Uo + W_o h + b_Wo)        output gate: how much of the cell shows
    c ← f ∘ c + i ∘ g                         cell state
    h ← o ∘ tanh(c)                           hidden state

The four matrices U are stacked in one (4H, V) matrix, likewise W, in the order i, f, g, o: one product per step instead
of four, and the order of `torch.nn.LSTM`, to which this one is equal in values and gradients.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

State = tuple[Tensor, ...]  # hidden and cell state, (B, H) each; of a network that looks back its memory, too


class LSTM(nn.Module):
    """One layer: the cell and its loop over time.

    Args:
        inputs: X, the length of an input: V for symbols, one-hot; H above another layer, V + H with skips.
        hidden: H, the length of the hidden and of the cell state.
    """

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.hidden = hidden
        # nn.Linear's default initialisation: uniform within 1/sqrt(X) for U, 1/sqrt(H) for W, biases likewise
        self.U = nn.Linear(inputs, 4 * hidden)
        self.W = nn.Linear(hidden, 4 * hidden)

    def start(self, batch: int) -> State:
        """The state before the first symbol: zero (§4.1)."""
        zero = self.W.weight.new_zeros(batch, self.hidden)  # (B, H)
        return zero, zero

    def step(self, u: Tensor, state: State) -> State:
        """One step in time from u = U x + b_U, (B, 4H)."""
        h, c = state  # (B, H), (B, H)
        i, f, g, o = (u + self.W(h)).chunk(4, dim=1)  # (B, H) each
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)  # (B, H)
        h = torch.sigmoid(o) * torch.tanh(c)  # (B, H)
        return h, c

    def from_input(self, x: Tensor) -> Tensor:
        """U x + b_U of a whole sequence, (T, B, 4H)."""
        if x.is_floating_point():
            return self.U(x)  # type: ignore[no-any-return]
        # U x for a one-hot x is a column of U: the lookup is the product without its multiplications by zero
        return F.embedding(x, self.U.weight.t()) + self.U.bias

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Run over a sequence.

        Args:
            x: (T, B) ids, 0 ≤ id < V; or (T, B, X), the hidden states of the layer below.
            state: to continue from; zero if not given.

        Returns: hidden states (T, B, H), and the state after the last step.
        """
        state = state or self.start(x.shape[1])
        u = self.from_input(x)  # (T, B, 4H)
        hidden = []
        for u_t in u:  # (B, 4H)
            state = self.step(u_t, state)
            hidden.append(state[0])
        return torch.stack(hidden), state  # (T, B, H)
