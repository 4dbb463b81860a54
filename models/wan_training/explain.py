"""What binds a plan, and which other variants trade bandwidth for memory, period or staleness."""

from planner.models.base.evaluation import Reason
from planner.models.wan_training.certificate import EnumerationCertificate, WanCertificate
from planner.models.wan_training.figures import GBIT
from planner.models.wan_training.hiding import hiding_of
from planner.models.wan_training.instance import WanTraining
from planner.models.wan_training.plan import SchedulePlan


def explain(
    instance: WanTraining, plan: SchedulePlan, certificate: WanCertificate | None
) -> list[Reason]:
    """Return whether the link hides every fragment, and the front of an enumeration."""
    found = hiding_of(instance, plan, instance.link.bandwidth or instance.search.highest)
    reasons = []
    if found.bandwidth is None:
        message = "The last gradients of a step are needed at once, so some step always waits."
    else:
        least = found.bandwidth / GBIT
        message = f"From {least:.6g} Gbit/s on, each fragment alone on the link is hidden."
    reasons.append(
        Reason(code="busiest", constraint="link.bandwidth", where=plan.schedule, message=message)
    )
    if isinstance(certificate, EnumerationCertificate):
        reasons += [_row(instance, certificate, row)
                    for row in range(len(certificate.front_value))]  # fmt: skip
    return reasons


def _row(instance: WanTraining, certificate: EnumerationCertificate, row: int) -> Reason:
    value = float(certificate.front_value[row])
    if instance.objective == "utilisation":
        figure = f"utilisation {value:.6g}"
    else:
        figure = f"{value / GBIT:.6g} Gbit/s"
    memory = float(certificate.front_memory[row]) / 1e9
    return Reason(
        code="not-beaten",
        constraint="choices",
        where=certificate.front_variant[row],
        message=(
            f"{figure}, {memory:.6g} GB more memory, a period of "
            f"{int(certificate.front_period[row])} steps, staleness "
            f"{int(certificate.front_staleness[row])}: no variant is as good in all of these."
        ),
    )
