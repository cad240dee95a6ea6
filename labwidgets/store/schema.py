"""The tables: events, contents and hypotheses are the truth, everything else can be rebuilt from them.

Times are int64 microseconds (``_us``). Personal text lives in ``content`` alone, so that a person can be
removed while the log still replays. Foreign keys are checked at commit, because a rebuild empties and
refills the projections that hypotheses point to.
"""

from __future__ import annotations

import sqlalchemy as sa

from labwidgets.store import columns
from labwidgets.store.columns import Json as _Json
from labwidgets.store.columns import Seq as _Seq
from labwidgets.store.columns import required as _required
from labwidgets.store.columns import to as _to

metadata = columns.metadata

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    _required("value", sa.String),
)

# ---- the truth -----------------------------------------------------------------------------------------

event = sa.Table(
    "event",
    metadata,
    sa.Column("seq", _Seq, primary_key=True, autoincrement=True),
    _required("event_id", sa.String),
    _required("stream_id", sa.String),
    _required("stream_version", sa.BigInteger),
    _required("kind", sa.String),
    sa.Column("actor", sa.String),
    _required("at_us", sa.BigInteger),
    sa.Column("client_at_us", sa.BigInteger),
    _required("schema_version", sa.Integer),
    _required("payload", _Json),
    sa.UniqueConstraint("event_id"),
    sa.UniqueConstraint("stream_id", "stream_version"),
    sqlite_autoincrement=True,
)

content = sa.Table(
    "content",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    _required("text", sa.Text),
    # The text as a search sees it: neither engine's lower() agrees with Unicode or with the other's.
    _required("folded", sa.Text),
    _required("words", _Json),
    _required("layers", _Json),
    _required("fields", _Json),
    sa.Column("erased_us", sa.BigInteger),
)

hypothesis = sa.Table(
    "hypothesis",
    metadata,
    sa.Column("seq", _Seq, primary_key=True, autoincrement=True),
    _required("id", sa.String),
    _required("run_id", sa.String, _to("model_run.id")),
    _required("segment_id", sa.String, _to("segment.id")),
    _required("content_id", sa.String, _to("content.id")),
    _required("cache_key", sa.String),
    sa.Column("confidence", sa.Double),
    sa.Column("language", sa.String),
    _required("alarms", _Json),
    _required("cut", sa.Boolean),
    sa.Column("parent_id", sa.String),
    _required("at_us", sa.BigInteger),
    sa.UniqueConstraint("id"),
    sa.UniqueConstraint("run_id", "segment_id", "cache_key"),
    sa.Index(None, "segment_id"),
    sa.Index(None, "cache_key"),
    sqlite_autoincrement=True,
)

# ---- projections ---------------------------------------------------------------------------------------

consent = sa.Table(
    "consent",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    _required("speaker", sa.String),
    _required("content_id", sa.String, _to("content.id")),
    _required("licence", sa.String),
    _required("scope", _Json),
    _required("text_version", sa.String),
    _required("at_us", sa.BigInteger),
    sa.Column("withdrawn_us", sa.BigInteger),
    sa.Index(None, "speaker"),
)

recording = sa.Table(
    "recording",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    _required("seq", sa.BigInteger),
    _required("content_id", sa.String, _to("content.id")),
    _required("source", sa.Text),
    _required("bytes_sha256", sa.String),
    sa.Column("sound_sha256", sa.String),
    _required("n_bytes", sa.BigInteger),
    _required("duration_us", sa.BigInteger),
    _required("sample_rate_hz", sa.Integer),
    _required("n_channels", sa.Integer),
    _required("codec", sa.String),
    _required("language", sa.String),
    sa.Column("speaker", sa.String),
    sa.Column("accent", sa.String),
    sa.Column("licence", sa.String),
    sa.Column("collection", sa.String),
    sa.Column("consent_id", sa.String, _to("consent.id")),
    _required("copied", sa.Boolean),
    sa.Column("mtime_ns", sa.BigInteger),
    _required("state", sa.String),
    sa.Column("reason", sa.Text),
    sa.Column("quality", _Json),
    _required("at_us", sa.BigInteger),
    sa.UniqueConstraint("bytes_sha256"),
    sa.UniqueConstraint("seq"),
    sa.Index(None, "sound_sha256"),
    sa.Index(None, "speaker"),
    sa.Index(None, "language"),
)

segment = sa.Table(
    "segment",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    _required("recording_id", sa.String, _to("recording.id")),
    _required("channel", sa.Integer),
    _required("start_us", sa.BigInteger),
    _required("end_us", sa.BigInteger),
    _required("version", sa.Integer),
    _required("parent_ids", _Json),
    sa.Column("retired_by", sa.String),
    sa.Column("speaker", sa.String),
    _required("position", sa.BigInteger),
    sa.Index(None, "recording_id"),
)

# Where a segment began in each version that moved it: times in its texts count from there.
segment_start = sa.Table(
    "segment_start",
    metadata,
    sa.Column("segment_id", sa.String, _to("segment.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    _required("start_us", sa.BigInteger),
    sqlite_with_rowid=False,
)

model_run = sa.Table(
    "model_run",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    _required("model", sa.String),
    _required("revision", sa.String),
    _required("settings", _Json),
    _required("state", sa.String),
    _required("started_us", sa.BigInteger),
    sa.Column("finished_us", sa.BigInteger),
    sa.Column("n_drafted", sa.BigInteger),
    sa.Column("n_cached", sa.BigInteger),
    sa.Column("n_failed", sa.BigInteger),
)

annotator = sa.Table(
    "annotator",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    _required("role", sa.String),
    _required("since_us", sa.BigInteger),
    sa.Column("retired_us", sa.BigInteger),
)

opinion = sa.Table(
    "opinion",
    metadata,
    sa.Column("segment_id", sa.String, _to("segment.id"), primary_key=True),
    sa.Column("annotator", sa.String, _to("annotator.name"), primary_key=True),
    sa.Column("revision", sa.BigInteger, primary_key=True),
    _required("seq", sa.BigInteger),
    _required("event_id", sa.String),
    _required("content_id", sa.String, _to("content.id")),
    _required("origin", sa.String),
    sa.Column("draft_id", sa.String),
    _required("flags", _Json),
    _required("listened", _Json),
    _required("active_ms", sa.BigInteger),
    sa.Column("skip_reason", sa.String),
    _required("segment_version", sa.Integer),
    _required("selected_by", sa.String),
    _required("inclusion_p", sa.Double),
    _required("at_us", sa.BigInteger),
    sa.Column("client_at_us", sa.BigInteger),
    # None in opinions of a time when it was not told.
    sa.Column("is_blank", sa.Boolean),
    sa.UniqueConstraint("event_id"),
    sqlite_with_rowid=False,
)

thread = sa.Table(
    "thread",
    metadata,
    sa.Column("segment_id", sa.String, _to("segment.id"), primary_key=True),
    sa.Column("annotator", sa.String, _to("annotator.name"), primary_key=True),
    _required("revision", sa.BigInteger),
    _required("event_id", sa.String),
    sa.Index(None, "annotator"),
    sqlite_with_rowid=False,
)

decision = sa.Table(
    "decision",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    _required("kind", sa.String),
    _required("settings", _Json),
    sa.Column("threshold", sa.Double),
    sa.Column("bound", sa.Double),
    sa.Column("n_audited", sa.BigInteger),
    _required("at_us", sa.BigInteger),
    sa.Column("revoked_us", sa.BigInteger),
)

reference = sa.Table(
    "reference",
    metadata,
    sa.Column("segment_id", sa.String, _to("segment.id"), primary_key=True),
    _required("content_id", sa.String, _to("content.id")),
    _required("origin", sa.String),
    _required("policy", sa.String),
    _required("decided_by", sa.String),
    sa.Column("annotator", sa.String),
    sa.Column("decision_id", sa.String, _to("decision.id")),
    _required("at_us", sa.BigInteger),
    sqlite_with_rowid=False,
)

STAGE = "label"
"""The stage of the tasks that the queue is made of."""

_ORDER_KEYS = ("least_rank", "most_rank", "duration_us", "rand", "changed_us", "priority")
# Each index is a page or two of every save: what "all states" needs is merged from these, not kept again.
_ORDERS = [("position", "segment_id"), *((key, "position", "segment_id") for key in _ORDER_KEYS)]

task = sa.Table(
    "task",
    metadata,
    sa.Column("segment_id", sa.String, _to("segment.id"), primary_key=True),
    sa.Column("stage", sa.String, primary_key=True),
    _required("state", sa.String),
    _required("priority", sa.Double),
    _required("rand", sa.Double),
    _required("selected_by", sa.String),
    _required("inclusion_p", sa.Double),
    sa.Column("decision_id", sa.String, _to("decision.id")),
    # From here on: copies that let each order and filter of the queue run off one index.
    _required("position", sa.BigInteger),
    _required("duration_us", sa.BigInteger),
    sa.Column("confidence", sa.Double),
    _required("least_rank", sa.Double),
    _required("most_rank", sa.Double),
    _required("changed_us", sa.BigInteger),
    _required("shard", sa.Integer),
    _required("flags", _Json),
    _required("is_flagged", sa.Boolean),
    _required("n_opinions", sa.Integer),
    sa.Column("draft_id", sa.String),
    sa.Column("draft_content_id", sa.String, _to("content.id")),
    sa.Column("reference_content_id", sa.String, _to("content.id")),
    sa.Column("speaker", sa.String),
    sa.Column("lease_holder", sa.String),
    sa.Column("lease_token", sa.String),
    sa.Column("lease_until_us", sa.BigInteger),
    sa.Index("ix_task_position", "stage", "position", "segment_id"),
    *(sa.Index(f"ix_task_state_{order[0]}", "stage", "state", *order) for order in _ORDERS),
    sa.Index(
        "ix_task_is_flagged",
        "stage",
        "is_flagged",
        "position",
        "segment_id",
        sqlite_where=sa.text("is_flagged = 1"),
        postgresql_where=sa.text("is_flagged"),
    ),
    sa.Index(
        "ix_task_audits",
        "stage",
        "position",
        "segment_id",
        sqlite_where=sa.text("selected_by = 'audit'"),
        postgresql_where=sa.text("selected_by = 'audit'"),
    ),
)

# Sums by shard, not one row: on a server, writers of different segments must not queue for one counter.
tally = sa.Table(
    "tally",
    metadata,
    sa.Column("stage", sa.String, primary_key=True),
    sa.Column("state", sa.String, primary_key=True),
    sa.Column("shard", sa.Integer, primary_key=True, autoincrement=False),
    _required("n", sa.BigInteger),
    _required("duration_us", sa.BigInteger),
    _required("n_drafted", sa.BigInteger),
    _required("n_flagged", sa.BigInteger),
    sqlite_with_rowid=False,
)

# A copy of what the tasks show, apart from all else that stands beside it: a search reads every one.
search_text = sa.Table(
    "search_text",
    metadata,
    sa.Column("segment_id", sa.String, _to("segment.id"), primary_key=True),
    _required("folded", sa.Text),
    sqlite_with_rowid=False,
)

# Typed and not submitted, where the browser keeps nothing: no event, the newest text only.
kept_edit = sa.Table(
    "kept_edit",
    metadata,
    sa.Column("segment_id", sa.String, _to("segment.id"), primary_key=True),
    sa.Column("annotator", sa.String, primary_key=True),
    _required("edit_id", sa.String),
    _required("base_revision", sa.BigInteger),
    _required("text", sa.Text),
    _required("words", _Json),
    _required("layers", _Json),
    _required("flags", _Json),
    _required("at_us", sa.BigInteger),
    sa.Index(None, "annotator"),
    sqlite_with_rowid=False,
)

split = sa.Table(
    "split",
    metadata,
    sa.Column("group_key", sa.String, primary_key=True),
    _required("split", sa.String),
    _required("at_us", sa.BigInteger),
)

snapshot = sa.Table(
    "snapshot",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    _required("seq", sa.BigInteger),
    _required("n_rows", sa.BigInteger),
    _required("digest", sa.String),
    _required("path", sa.Text),
    _required("at_us", sa.BigInteger),
)

TRUTH = (event, content, hypothesis)
"""Tables that are only ever appended to (a withdrawal blanks contents)."""

PROJECTIONS = (
    consent,
    recording,
    segment,
    segment_start,
    model_run,
    annotator,
    opinion,
    thread,
    decision,
    reference,
    task,
    tally,
    search_text,
    split,
    snapshot,
)
"""Tables that a replay fills again."""

PASSING = (kept_edit,)
"""Tables that no event speaks of and nothing is counted from: a replay leaves them as they are."""

LEASE_COLUMNS = ("lease_holder", "lease_token", "lease_until_us")

UNTOLD_COLUMNS = (*LEASE_COLUMNS, "priority")
"""Columns that no event speaks of: a replay leaves them empty."""
