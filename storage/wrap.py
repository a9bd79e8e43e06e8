"""WRAP items: read for their owner, or for the bot that shows them to their owner."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import Connection, insert, select

from storage.keys import Keys
from storage.records import WrapItem
from storage.tables import wrap_items
from storage.viewing import Viewer, require_all


def load_items(connection: Connection, keys: Keys, viewer: Viewer, ids: Collection[UUID]) -> dict[UUID, list[WrapItem]]:
    """Each person's items that were not removed, in the order of their section."""
    if not ids:
        return {}
    require_all(viewer, "wrap", ids)
    rows = connection.execute(
        select(wrap_items)
        .where(wrap_items.c.person_id.in_(ids), wrap_items.c.removed_at.is_(None))
        .order_by(wrap_items.c.section, wrap_items.c.place, wrap_items.c.added_at)
    ).mappings()
    found: defaultdict[UUID, list[WrapItem]] = defaultdict(list)
    for row in rows:
        text = keys.of(row["person_id"], "wrap_items").open("wrap_items", "text_sealed", row["id"], row["text_sealed"])
        item = WrapItem(row["id"], row["person_id"], row["section"], row["place"], text, row["added_at"])
        found[row["person_id"]].append(item)
    return dict(found)


def save_items(connection: Connection, keys: Keys, new: Iterable[WrapItem]) -> None:
    """Write new items, sealed."""
    rows = [
        {
            "id": one.id,
            "person_id": one.person_id,
            "section": one.section,
            "place": one.place,
            "text_sealed": keys.of(one.person_id, "wrap_items").seal("wrap_items", "text_sealed", one.id, one.text),
            "added_at": one.added_at,
        }
        for one in new
    ]
    if rows:
        connection.execute(insert(wrap_items), rows)
