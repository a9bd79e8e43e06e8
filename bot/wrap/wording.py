"""★ The words round a person's own list."""

from collections.abc import Sequence


def added(count: int) -> str:
    """Something was put on the list."""
    return f"Added. That makes {count} on your list. Text WRAP to see it." if count > 1 else _FIRST


_FIRST = "Added. It is the first on your list. Text WRAP to see it, WRAP ADD and your words for more."


def shown(items: Sequence[str]) -> str:
    """The list while a question is open, or where it cannot be ticked off."""
    if not items:
        return "Your list is empty so far. To put something on it, text WRAP ADD and your words."
    listed = "\n".join(f"- {item}" for item in items)
    return f"Your list:\n{listed}\nMy question from before is still open. After it, text WRAP to tick things off."


def too_long(longest: int) -> str:
    """An item that is too long to stand on a list."""
    return f"That is a bit long for the list, so I have not added it. Please try it in {longest} letters or fewer."


def there_already() -> str:
    """The same words stand there."""
    return "That is on your list already. Text WRAP to see it."


def full(most: int) -> str:
    """No more will fit."""
    return f"Your list has {most} things on it, and that is as many as I can hold. So I have not added this one."
