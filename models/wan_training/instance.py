"""The instance of training over wide-area links: a model, a link and the schedules to choose."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from planner.models.base.errors import Issue
from planner.models.base.instance import Instance
from planner.models.wan_training.description import Choices, Limits, Link, Search, TrainedModel

MAX_VARIANTS = 2_000
"""More combinations of choices are not enumerated."""


class WanTraining(Instance):
    """Choose how often, in which pieces and with how many bits sites synchronise their models.

    Objective `required_bandwidth`: the least bandwidth with which `target_utilisation` of the time
    is spent computing. Objective `utilisation`: the largest share of the time spent computing at
    `link.bandwidth`. Ties go to the smaller memory overhead, then to the shorter period and the
    smaller staleness.
    """

    problem: Literal["wan_training"]
    schema_version: Literal[1]
    model: TrainedModel
    link: Link = Link()
    choices: Choices = Choices()
    rules: Literal["table", "web_simulator"] = "table"
    """How a step computes and how many steps are counted, see the page of the problem."""
    offload: bool = False
    """Whether outer parameters and momentum stay in host memory between synchronisations."""
    objective: Literal["required_bandwidth", "utilisation"] = "required_bandwidth"
    target_utilisation: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Share of the time that is to be spent computing."""
    search: Search = Search()
    limits: Limits = Limits()

    def summary(self) -> str:
        """Return one line: the model, the sites and the number of variants."""
        from planner.models.wan_training.variants import allowed_variants

        model, found = self.model, len(allowed_variants(self))
        return (
            f"{model.parameters:.4g} parameters in {model.layers} layers, "
            f"{self.link.participants} sites; {found:,} variant{'' if found == 1 else 's'}"
        )

    def cross_check(self) -> Iterator[Issue]:
        """Yield what is missing for the objective, and choices that do not go together."""
        yield from _objective_faults(self)
        yield from _choice_faults(self)
        if self.search.lowest >= self.search.highest:
            yield Issue(
                code="search-empty",
                loc=("search", "highest"),
                message="the upper end of the search is not above the lower end",
                fix="Give a `highest` above `lowest`.",
            )
        if self.is_normalised:
            yield Issue(
                code="units-physical",
                loc=("units",),
                message="bandwidths belong to parameters and bits here, so they need a unit",
                fix="Remove `units: normalised` and write bandwidths as `10 Gbit/s`.",
            )


def _objective_faults(instance: WanTraining) -> Iterator[Issue]:
    if instance.objective == "required_bandwidth" and instance.target_utilisation is None:
        yield Issue(
            code="target-missing",
            loc=("target_utilisation",),
            message="a required bandwidth needs a target",
            fix="Give `target_utilisation`, for example 0.9.",
        )
    if instance.objective == "utilisation" and instance.link.bandwidth is None:
        yield Issue(
            code="bandwidth-missing",
            loc=("link", "bandwidth"),
            message="a utilisation is one at some bandwidth",
            fix="Give `link.bandwidth`, for example `10 Gbit/s`.",
        )


def _choice_faults(instance: WanTraining) -> Iterator[Issue]:
    from planner.models.wan_training.variants import count_variants

    choices = instance.choices
    for name in type(choices).model_fields:
        values = getattr(choices, name)
        if not values and name != "fragment_interval":
            yield Issue(
                code="choice-empty",
                loc=("choices", name),
                message="nothing is left to choose from",
                fix="Give at least one value, or leave the field out.",
            )
        elif len(set(values)) < len(values):
            yield Issue(
                code="choice-repeated",
                loc=("choices", name),
                message="a value stands twice",
                fix="Give each value once.",
            )
    if "streaming" in choices.schedules or "overlap" in choices.schedules:
        yield from _fragment_faults(instance)
    if count_variants(choices) > MAX_VARIANTS:
        yield Issue(
            code="variants-too-many",
            loc=("choices",),
            message=f"there are {count_variants(choices):,} combinations",
            fix=f"Give shorter lists, for at most {MAX_VARIANTS:,} of them.",
        )


def _fragment_faults(instance: WanTraining) -> Iterator[Issue]:
    choices, layers = instance.choices, instance.model.layers
    for position, size in enumerate(choices.fragment_layers):
        if size > layers:
            yield Issue(
                code="fragment-too-large",
                loc=("choices", "fragment_layers", position),
                message=f"a fragment of {size} layers, and the model has {layers}",
                fix=f"Give at most {layers}.",
            )
    shortest = min(choices.inner_steps, default=1)
    for position, steps in enumerate(choices.overlap_steps):
        if "overlap" in choices.schedules and steps >= shortest:
            yield Issue(
                code="overlap-too-long",
                loc=("choices", "overlap_steps", position),
                message=f"an overlap of {steps} steps, and a period of {shortest}",
                fix="Give an overlap that is shorter than every entry of `inner_steps`.",
            )
