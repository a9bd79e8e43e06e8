"""A person's own WRAP: items in their own words, by section. Theirs alone."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from storage.columns import Id, Moment, metadata

SECTIONS = ("well", "toolbox", "daily", "triggers", "warning", "breaking", "crisis", "post")

wrap_items = Table(
    "wrap_items",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("section", String(10), nullable=False),
    Column("place", Integer, nullable=False),  # order within the section
    Column("text_sealed", LargeBinary, nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("removed_at", Moment),
    CheckConstraint(f"section IN {SECTIONS}", name="section"),
    Index("ix_wrap_items_person", "person_id", "section", "place"),
)
