import numpy as np
import pytest

from planner.models.entanglement_scheduling.protocols import physics

PHI_PLUS = np.array([1, 0, 0, 1]) / np.sqrt(2)
X = np.array([[0, 1], [1, 0]])
Z = np.diag([1, -1])
ONE = np.eye(2)
# Bell states by bit flip and phase flip, on the second half.
BELL = [np.kron(ONE, flip) @ PHI_PLUS for flip in (ONE, Z, X, X @ Z)]


def density(state):
    """Density matrix of a Bell-diagonal vector, qubits (a, b)."""
    return sum(p * np.outer(v, v.conj()) for p, v in zip(state, BELL, strict=True))


def bell_diagonal(matrix):
    return [float(np.real(v.conj() @ matrix @ v)) for v in BELL]


def on(gate, first, second, count=4):
    """Matrix of a two-qubit gate on two of `count` qubits."""
    full = np.zeros((2**count, 2**count), dtype=complex)
    for column in range(2**count):
        bits = [column >> (count - 1 - q) & 1 for q in range(count)]
        for row in range(4):
            moved = bits.copy()
            moved[first], moved[second] = row >> 1, row & 1
            place = sum(bit << (count - 1 - q) for q, bit in enumerate(moved))
            full[place, column] += gate[row, 2 * bits[first] + bits[second]]
    return full


CNOT = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]])


def kept_pair(matrix, outcomes):
    """State of qubits (0, 1), unnormalised, where qubits (2, 3) read one of the outcomes."""
    tensor = matrix.reshape([2] * 8)
    return sum(tensor[:, :, i, j, :, :, i, j].reshape(4, 4) for i, j in outcomes)


def random_bell(rng):
    return tuple(rng.dirichlet([4, 1, 1, 1]))


def test_published_swap_and_distillation():
    """The worked numbers of swap, BBPSSW, EPL and dephasing (density-matrix simulation)."""
    swapped = physics.swap(physics.werner(0.9), physics.werner(0.8))
    assert swapped[0] == pytest.approx(0.726667, abs=5e-7)
    state, success = physics.bbpssw(physics.werner(0.8), physics.werner(0.8))
    assert (state[0], success) == pytest.approx((0.838150, 0.768889), abs=5e-7)
    pair = physics.bright_pair(0.8, 0.2)
    state, success = physics.epl(pair, pair)
    assert (state[0], success) == pytest.approx((1.0, 0.32), abs=1e-12)
    assert physics.dephase((1.0, 0.0, 0.0, 0.0), 0.3)[0] == pytest.approx(0.870409, abs=5e-7)


def test_werner_parameter_and_fidelity_are_inverse():
    """F = (1 + 3 w) / 4 undoes w = (4 F - 1) / 3, and swaps multiply w."""
    assert physics.fidelity(physics.parameter(0.731)) == pytest.approx(0.731)
    swapped = physics.swap(physics.werner(0.9), physics.werner(0.8))
    product = physics.parameter(0.9) * physics.parameter(0.8)
    assert physics.parameter(swapped[0]) == pytest.approx(product)


def test_swap_agrees_with_a_bell_measurement():
    """Swapping Bell-diagonal pairs equals teleporting through density matrices."""
    rng = np.random.default_rng(1)
    x, y = random_bell(rng), random_bell(rng)
    # Qubits a, v of the first pair and v', b of the second; v and v' are found in Phi+.
    both = np.kron(density(x), density(y)).reshape([2] * 8)
    phi = PHI_PLUS.reshape(2, 2)
    left = np.einsum("ij,aijbckld,kl->abcd", phi, both, phi).reshape(4, 4)
    found = bell_diagonal(left / np.trace(left))
    assert physics.swap(x, y) == pytest.approx(found)


def test_dejmps_agrees_with_its_circuit():
    """The DEJMPS formula is what rotations, two controlled NOTs and a parity check do."""
    rng = np.random.default_rng(2)
    x, y = random_bell(rng), random_bell(rng)
    turn = (ONE - 1j * X) / np.sqrt(2)
    back = turn.conj()
    both = np.kron(density(x), density(y))
    rotate = np.kron(np.kron(turn, back), np.kron(turn, back))
    gate = on(CNOT, 1, 3) @ on(CNOT, 0, 2) @ rotate
    kept = kept_pair(gate @ both @ gate.conj().T, [(0, 0), (1, 1)])
    success = float(np.real(np.trace(kept)))
    state, chance = physics.dejmps(x, y)
    assert chance == pytest.approx(success)
    assert state == pytest.approx(bell_diagonal(kept / success))


def test_bbpssw_is_dejmps_of_twirled_pairs():
    """BBPSSW of Werner states has the success and fidelity of DEJMPS, and is Werner again."""
    x, y = physics.werner(0.83), physics.werner(0.71)
    state, success = physics.bbpssw(x, y)
    other, chance = physics.dejmps(x, y)
    assert (state[0], success) == pytest.approx((other[0], chance))
    assert state == pytest.approx(physics.werner(state[0]))


def test_epl_agrees_with_its_circuit_after_waiting():
    """EPL of waited single-click pairs is what controlled NOTs and reading 1, 1 leave."""
    fresh = [physics.bright_pair(0.7, 0.25), physics.bright_pair(0.6, 0.35)]
    waits = [(0.2, 0.05), (0.0, 0.4)]
    matrices = []
    for (zero_zero, zero_one, one_zero, one_one, coherence), wait in zip(fresh, waits, strict=True):
        matrix = np.diag([zero_zero, zero_one, one_zero, one_one])
        matrix[1, 2] = matrix[2, 1] = coherence
        for qubit, time in enumerate(wait):
            keep, tensor = np.exp(-time), matrix.reshape(2, 2, 2, 2)
            rest = np.trace(tensor, axis1=qubit, axis2=qubit + 2) / 2
            mixed = np.kron(ONE, rest) if qubit == 0 else np.kron(rest, ONE)
            matrix = keep * matrix + (1 - keep) * mixed
        matrices.append(matrix)
    gate = on(CNOT, 1, 3) @ on(CNOT, 0, 2)
    kept = kept_pair(gate @ np.kron(*matrices) @ gate.T, [(1, 1)])
    success = float(np.real(np.trace(kept)))
    waited = [physics.wait_bright(pair, *wait) for pair, wait in zip(fresh, waits, strict=True)]
    state, chance = physics.epl(*waited)
    plus, minus = bell_diagonal(kept / success)[2:]
    assert chance == pytest.approx(success)
    assert state[:2] == pytest.approx((plus, minus))
    assert sum(state) == pytest.approx(1.0)


def test_phase_flips_spoil_epl():
    """Phase flips with probability f on both pairs leave fidelity (1 - f)^2 + f^2."""
    flip, bright = 0.1, 0.3
    pair = physics.bright_pair((1 - bright) * (1 - flip), bright)
    state, _ = physics.epl(pair, pair)
    assert state[0] == pytest.approx((1 - flip) ** 2 + flip**2)


def test_depolarising_multiplies_the_werner_parameter():
    """A wait of t/T multiplies w by exp(-t/T) and keeps the sum of probabilities."""
    state = physics.depolarise(physics.werner(0.9), 0.25)
    assert physics.parameter(state[0]) == pytest.approx(physics.parameter(0.9) * np.exp(-0.25))
    assert sum(physics.depolarise((0.4, 0.3, 0.2, 0.1), 1.0)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("length", "bright", "fidelity", "rate"),
    [
        (5e3, 0.1, 0.877083, 14.158333),
        (10e3, 0.188889, 0.790598, 14.826261),
        (50e3, 0.5, 0.487659, 8.625083),
    ],
)
def test_single_click_follows_the_published_table(length, bright, fidelity, rate):
    """The link model is within 3.5 % in rate of the table of mdskrzypczyk/LinkScheduling."""
    found = physics.single_click(length, bright)
    assert found[0] == pytest.approx(fidelity, abs=2e-4)
    assert found[1] == pytest.approx(rate, rel=0.035)


def test_hopeless_distillation_has_no_success():
    """Pairs that always fail the parity check give probability zero, not a division by zero."""
    assert physics.dejmps((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0))[1] == 0.0
    assert physics.epl((1.0, 0, 0, 0, 0), (1.0, 0, 0, 0, 0))[1] == 0.0
