"""The error that a field's validator raises: a stable code, what is wrong, how to mend it."""

from pydantic_core import PydanticCustomError


def fault(code: str, message: str, fix: str) -> PydanticCustomError:
    """Return the error to raise in a validator; the loader adds file, line and path.

    The message travels as a value: a brace in the user's text must not be taken for a field.
    """
    return PydanticCustomError(code, "{message}", {"message": message, "fix": fix})
