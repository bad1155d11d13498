"""What RunPod's answers mean, said in our own errors."""

from infra.rental.errors import OfferRefused, OrderRefused, ProviderUnavailable


class RuleBroken(OfferRefused):
    """RunPod answers 400 for another reason than want of machines.

    It uses 400 for both, with prose alone to tell them apart, so another offer is worth trying. If every
    offer ends so, it is the order: then this sentence says what is wrong with it.
    """


class ReplyLost(ProviderUnavailable):
    """Something was asked for that may or may not have been done."""


class Retired(ProviderUnavailable):
    """This version of the API is no more."""


class NotThere(OrderRefused):
    """What the request names does not exist, or exists no longer."""


class Conflict(OrderRefused):
    """What the request names is not in a state to have that done."""
