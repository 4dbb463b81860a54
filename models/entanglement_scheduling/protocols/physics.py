"""What swaps, distillations and waiting do to pairs, as Bell-diagonal states.

A state is the vector of the probabilities of (Phi+, Phi-, Psi+, Psi-), in this order: the two bits
of a place are the bit flip and the phase flip that separate its Bell state from Phi+. Werner
states are the vectors (F, b, b, b) with b = (1 - F) / 3 and w = (4 F - 1) / 3.
"""

import math

Bell = tuple[float, float, float, float]
"""Probabilities of Phi+, Phi-, Psi+ and Psi-; their sum is 1."""

BrightPair = tuple[float, float, float, float, float]
"""A pair of single-click form: populations of |00>, |01>, |10>, |11> and the coherence of the
middle two (real)."""


def werner(fidelity: float) -> Bell:
    """Return the Werner state of a fidelity in [0, 1]."""
    rest = (1.0 - fidelity) / 3.0
    return (fidelity, rest, rest, rest)


def parameter(fidelity: float) -> float:
    """Return the Werner parameter w = (4 F - 1) / 3, in [-1/3, 1]."""
    return (4.0 * fidelity - 1.0) / 3.0


def fidelity(parameter: float) -> float:
    """Return F = (1 + 3 w) / 4 of a Werner parameter in [-1/3, 1]."""
    return (1.0 + 3.0 * parameter) / 4.0


def swap(x: Bell, y: Bell) -> Bell:
    """Return the state that a swap makes of two pairs: the flips of both add up.

    Of Werner states it is the Werner state with w = w_x w_y.
    """
    return (
        x[0] * y[0] + x[1] * y[1] + x[2] * y[2] + x[3] * y[3],
        x[0] * y[1] + x[1] * y[0] + x[2] * y[3] + x[3] * y[2],
        x[0] * y[2] + x[2] * y[0] + x[1] * y[3] + x[3] * y[1],
        x[0] * y[3] + x[3] * y[0] + x[1] * y[2] + x[2] * y[1],
    )


def bbpssw(x: Bell, y: Bell) -> tuple[Bell, float]:
    """Return state and success probability of distilling two pairs after a twirl.

    Both are made Werner states of their fidelity first, and so is the result (Bennett et al.,
    Phys. Rev. Lett. 76, 722, 1996).
    """
    first, b = x[0], (1.0 - x[0]) / 3.0
    second, c = y[0], (1.0 - y[0]) / 3.0
    success = first * second + first * c + second * b + 5.0 * b * c
    return werner((first * second + b * c) / success), success


def dejmps(x: Bell, y: Bell) -> tuple[Bell, float]:
    """Return state and success probability of distilling two pairs without a twirl.

    Deutsch et al., Phys. Rev. Lett. 77, 2818 (1996). Two halves of certain Phi- or Psi+ and
    certain Phi+ or Psi- never pass: the success is then zero and the state the worst, fidelity 0.
    """
    even_x, odd_x = x[0] + x[3], x[1] + x[2]
    even_y, odd_y = y[0] + y[3], y[1] + y[2]
    success = even_x * even_y + odd_x * odd_y
    if success <= 0.0:
        return werner(0.0), 0.0
    return (
        (x[0] * y[0] + x[3] * y[3]) / success,
        (x[0] * y[3] + x[3] * y[0]) / success,
        (x[1] * y[1] + x[2] * y[2]) / success,
        (x[1] * y[2] + x[2] * y[1]) / success,
    ), success


def bright_pair(fidelity: float, bright: float) -> BrightPair:
    """Return a fresh single-click pair of bright-state population `bright` in [0, 1).

    It is (1 - bright) of a Psi+ that a phase flip spoils, and `bright` of |11>: what of the
    infidelity the bright state does not explain is taken for the flip.
    """
    dark = 1.0 - bright
    coherence = min(max(2.0 * fidelity - dark, -dark), dark) / 2.0
    return (0.0, dark / 2.0, dark / 2.0, bright, coherence)


def wait_bright(pair: BrightPair, first: float, second: float) -> BrightPair:
    """Return a single-click pair after its halves depolarised for times of `first`, `second` T."""
    keep, stay = math.exp(-first), math.exp(-second)
    zero_zero, zero_one, one_zero, one_one, coherence = pair
    zero, one = zero_zero + one_zero, zero_one + one_one
    # A depolarised first half is 0 or 1 with equal chance, whatever the second is; then vice versa.
    lost = (1.0 - keep) / 2.0
    zero_zero, one_zero = keep * zero_zero + lost * zero, keep * one_zero + lost * zero
    zero_one, one_one = keep * zero_one + lost * one, keep * one_one + lost * one
    zero, one = zero_zero + zero_one, one_zero + one_one
    lost = (1.0 - stay) / 2.0
    zero_zero, zero_one = stay * zero_zero + lost * zero, stay * zero_one + lost * zero
    one_zero, one_one = stay * one_zero + lost * one, stay * one_one + lost * one
    return (zero_zero, zero_one, one_zero, one_one, keep * stay * coherence)


def epl(x: BrightPair, y: BrightPair) -> tuple[Bell, float]:
    """Return state and success probability of extreme-photon-loss distillation of two raw pairs.

    Both nodes apply a controlled NOT from the first pair on the second and keep the first where
    both read 1 (Campbell and Benjamin, Phys. Rev. Lett. 101, 130502, 2008). Of fresh ideal pairs
    it makes a perfect one with probability (1 - bright)^2 / 2; phase flips with probability f on
    both leave (1 - f)^2 + f^2. The result is Bell-diagonal, with its Psi+ named Phi+.
    """
    zero_zero, one_one = x[0] * y[3], x[3] * y[0]
    zero_one, one_zero = x[1] * y[2], x[2] * y[1]
    coherence = 2.0 * x[4] * y[4]
    success = zero_zero + one_one + zero_one + one_zero
    if success <= 0.0:
        return werner(0.0), 0.0
    same, other = (zero_one + one_zero) / 2.0, (zero_zero + one_one) / 2.0
    half = coherence / 2.0
    state = ((same + half) / success, (same - half) / success, other / success, other / success)
    return state, success


def depolarise(state: Bell, time: float) -> Bell:
    """Return a state after one of its halves depolarised for `time` >= 0, in units of T."""
    keep = math.exp(-time)
    lost = (1.0 - keep) / 4.0
    a, b, c, d = state
    return (keep * a + lost, keep * b + lost, keep * c + lost, keep * d + lost)


def dephase(state: Bell, time: float) -> Bell:
    """Return a state after one of its halves dephased for `time` >= 0, in units of T2."""
    flip = (1.0 - math.exp(-time)) / 2.0
    a, b, c, d = state
    stay = 1.0 - flip
    return (
        stay * a + flip * b,
        stay * b + flip * a,
        stay * c + flip * d,
        stay * d + flip * c,
    )


EMISSION = 5.5e-6
"""Seconds from the start of an attempt to the emission of its photon."""
FIBRE_SPEED = 2.0675e8
"""Metres per second of light in fibre."""
DETECTION = 0.00206
"""Probability that a photon is emitted, collected and detected."""
INTERCEPT, SLOPE = 0.97449, 0.97356
"""Fidelity of a single-click pair without bright state, and what each unit of it costs."""


def single_click(
    length: float,
    bright: float,
    *,
    intercept: float = INTERCEPT,
    slope: float = SLOPE,
    detection: float = DETECTION,
    emission: float = EMISSION,
) -> tuple[float, float]:
    """Return fidelity and mean rate (Hz) of a link of `length` metres driven by single clicks.

    An attempt lasts the emission and one flight over the link, and succeeds with probability
    2 `bright` `detection`. The defaults are the straight lines through the nitrogen-vacancy table
    of github.com/mdskrzypczyk/LinkScheduling (5 to 50 km, bright-state population 0.1 to 0.5),
    which knows no loss in the fibre.
    """
    attempt = emission + length / FIBRE_SPEED
    return intercept - slope * bright, 2.0 * bright * detection / attempt
