"""Make the first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    _annotator()
    _content()
    _decision()
    _event()
    _meta()
    _model_run()
    _snapshot()
    _split()
    _tally()
    _consent()
    _recording()
    _segment()
    _hypothesis()
    _opinion()
    _reference()
    _task()
    _thread()


def _annotator() -> None:
    op.create_table(
        "annotator",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("since_us", sa.BigInteger(), nullable=False),
        sa.Column("retired_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_annotator")),
    )


def _content() -> None:
    op.create_table(
        "content",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("words", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("layers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("fields", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("erased_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content")),
    )


def _decision() -> None:
    op.create_table(
        "decision",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("settings", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=True),
        sa.Column("bound", sa.Double(), nullable=True),
        sa.Column("n_audited", sa.BigInteger(), nullable=True),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("revoked_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )


def _event() -> None:
    op.create_table(
        "event",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("stream_id", sa.String(), nullable=False),
        sa.Column("stream_version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=True),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("client_at_us", sa.BigInteger(), nullable=True),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("payload", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
        sa.UniqueConstraint("event_id", name=op.f("uq_event_event_id")),
        sa.UniqueConstraint("stream_id", "stream_version", name=op.f("uq_event_stream_id_stream_version")),
        sqlite_autoincrement=True,
    )


def _meta() -> None:
    op.create_table(
        "meta",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )


def _model_run() -> None:
    op.create_table(
        "model_run",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("settings", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_us", sa.BigInteger(), nullable=False),
        sa.Column("finished_us", sa.BigInteger(), nullable=True),
        sa.Column("n_drafted", sa.BigInteger(), nullable=True),
        sa.Column("n_cached", sa.BigInteger(), nullable=True),
        sa.Column("n_failed", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_run")),
    )


def _snapshot() -> None:
    op.create_table(
        "snapshot",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("n_rows", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_snapshot")),
    )


def _split() -> None:
    op.create_table(
        "split",
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("split", sa.String(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("group_key", name=op.f("pk_split")),
    )


def _tally() -> None:
    op.create_table(
        "tally",
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("duration_us", sa.BigInteger(), nullable=False),
        sa.Column("n_drafted", sa.BigInteger(), nullable=False),
        sa.Column("n_flagged", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stage", "state", "shard", name=op.f("pk_tally")),
        sqlite_with_rowid=False,
    )


def _consent() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("speaker", sa.String(), nullable=False),
        sa.Column("content_id", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("scope", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["content_id"],
            ["content.id"],
            name=op.f("fk_consent_content_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_speaker"), "consent", ["speaker"], unique=False)


def _recording() -> None:
    op.create_table(
        "recording",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("content_id", sa.String(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("bytes_sha256", sa.String(), nullable=False),
        sa.Column("sound_sha256", sa.String(), nullable=True),
        sa.Column("n_bytes", sa.BigInteger(), nullable=False),
        sa.Column("duration_us", sa.BigInteger(), nullable=False),
        sa.Column("sample_rate_hz", sa.Integer(), nullable=False),
        sa.Column("n_channels", sa.Integer(), nullable=False),
        sa.Column("codec", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("speaker", sa.String(), nullable=True),
        sa.Column("accent", sa.String(), nullable=True),
        sa.Column("licence", sa.String(), nullable=True),
        sa.Column("collection", sa.String(), nullable=True),
        sa.Column("consent_id", sa.String(), nullable=True),
        sa.Column("copied", sa.Boolean(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("quality", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_id"],
            ["consent.id"],
            name=op.f("fk_recording_consent_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["content_id"],
            ["content.id"],
            name=op.f("fk_recording_content_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
        sa.UniqueConstraint("bytes_sha256", name=op.f("uq_recording_bytes_sha256")),
        sa.UniqueConstraint("seq", name=op.f("uq_recording_seq")),
    )
    op.create_index(op.f("ix_recording_language"), "recording", ["language"], unique=False)
    op.create_index(op.f("ix_recording_sound_sha256"), "recording", ["sound_sha256"], unique=False)
    op.create_index(op.f("ix_recording_speaker"), "recording", ["speaker"], unique=False)


def _segment() -> None:
    op.create_table(
        "segment",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("recording_id", sa.String(), nullable=False),
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("start_us", sa.BigInteger(), nullable=False),
        sa.Column("end_us", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("parent_ids", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("retired_by", sa.String(), nullable=True),
        sa.Column("speaker", sa.String(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.id"],
            name=op.f("fk_segment_recording_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
    )
    op.create_index(op.f("ix_segment_recording_id"), "segment", ["recording_id"], unique=False)


def _hypothesis() -> None:
    op.create_table(
        "hypothesis",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("segment_id", sa.String(), nullable=False),
        sa.Column("content_id", sa.String(), nullable=False),
        sa.Column("cache_key", sa.String(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("alarms", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("cut", sa.Boolean(), nullable=False),
        sa.Column("parent_id", sa.String(), nullable=True),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["content_id"],
            ["content.id"],
            name=op.f("fk_hypothesis_content_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["model_run.id"],
            name=op.f("fk_hypothesis_run_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segment.id"],
            name=op.f("fk_hypothesis_segment_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_hypothesis")),
        sa.UniqueConstraint("id", name=op.f("uq_hypothesis_id")),
        sa.UniqueConstraint(
            "run_id", "segment_id", "cache_key", name=op.f("uq_hypothesis_run_id_segment_id_cache_key")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_hypothesis_cache_key"), "hypothesis", ["cache_key"], unique=False)
    op.create_index(op.f("ix_hypothesis_segment_id"), "hypothesis", ["segment_id"], unique=False)


def _opinion() -> None:
    op.create_table(
        "opinion",
        sa.Column("segment_id", sa.String(), nullable=False),
        sa.Column("annotator", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("content_id", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("draft_id", sa.String(), nullable=True),
        sa.Column("flags", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("listened", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("active_ms", sa.BigInteger(), nullable=False),
        sa.Column("skip_reason", sa.String(), nullable=True),
        sa.Column("segment_version", sa.Integer(), nullable=False),
        sa.Column("selected_by", sa.String(), nullable=False),
        sa.Column("inclusion_p", sa.Double(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("client_at_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["annotator"],
            ["annotator.name"],
            name=op.f("fk_opinion_annotator"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["content_id"],
            ["content.id"],
            name=op.f("fk_opinion_content_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segment.id"],
            name=op.f("fk_opinion_segment_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("segment_id", "annotator", "revision", name=op.f("pk_opinion")),
        sa.UniqueConstraint("event_id", name=op.f("uq_opinion_event_id")),
        sqlite_with_rowid=False,
    )


def _reference() -> None:
    op.create_table(
        "reference",
        sa.Column("segment_id", sa.String(), nullable=False),
        sa.Column("content_id", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("annotator", sa.String(), nullable=True),
        sa.Column("decision_id", sa.String(), nullable=True),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["content_id"],
            ["content.id"],
            name=op.f("fk_reference_content_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
            name=op.f("fk_reference_decision_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segment.id"],
            name=op.f("fk_reference_segment_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("segment_id", name=op.f("pk_reference")),
        sqlite_with_rowid=False,
    )


def _task() -> None:
    op.create_table(
        "task",
        sa.Column("segment_id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("priority", sa.Double(), nullable=False),
        sa.Column("rand", sa.Double(), nullable=False),
        sa.Column("selected_by", sa.String(), nullable=False),
        sa.Column("inclusion_p", sa.Double(), nullable=False),
        sa.Column("decision_id", sa.String(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("duration_us", sa.BigInteger(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("least_rank", sa.Double(), nullable=False),
        sa.Column("most_rank", sa.Double(), nullable=False),
        sa.Column("changed_us", sa.BigInteger(), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("flags", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("is_flagged", sa.Boolean(), nullable=False),
        sa.Column("n_opinions", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.String(), nullable=True),
        sa.Column("draft_content_id", sa.String(), nullable=True),
        sa.Column("reference_content_id", sa.String(), nullable=True),
        sa.Column("speaker", sa.String(), nullable=True),
        sa.Column("lease_holder", sa.String(), nullable=True),
        sa.Column("lease_token", sa.String(), nullable=True),
        sa.Column("lease_until_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
            name=op.f("fk_task_decision_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["draft_content_id"],
            ["content.id"],
            name=op.f("fk_task_draft_content_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["reference_content_id"],
            ["content.id"],
            name=op.f("fk_task_reference_content_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segment.id"],
            name=op.f("fk_task_segment_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("segment_id", "stage", name=op.f("pk_task")),
    )
    op.create_index(
        "ix_task_is_flagged",
        "task",
        ["stage", "is_flagged", "position", "segment_id"],
        unique=False,
        sqlite_where=sa.text("is_flagged = 1"),
        postgresql_where=sa.text("is_flagged"),
    )
    op.create_index("ix_task_position", "task", ["stage", "position", "segment_id"], unique=False)
    op.create_index(
        "ix_task_state_changed_us",
        "task",
        ["stage", "state", "changed_us", "position", "segment_id"],
        unique=False,
    )
    op.create_index(
        "ix_task_state_duration_us",
        "task",
        ["stage", "state", "duration_us", "position", "segment_id"],
        unique=False,
    )
    op.create_index(
        "ix_task_state_least_rank",
        "task",
        ["stage", "state", "least_rank", "position", "segment_id"],
        unique=False,
    )
    op.create_index(
        "ix_task_state_most_rank",
        "task",
        ["stage", "state", "most_rank", "position", "segment_id"],
        unique=False,
    )
    op.create_index(
        "ix_task_state_position", "task", ["stage", "state", "position", "segment_id"], unique=False
    )
    op.create_index(
        "ix_task_state_rand", "task", ["stage", "state", "rand", "position", "segment_id"], unique=False
    )


def _thread() -> None:
    op.create_table(
        "thread",
        sa.Column("segment_id", sa.String(), nullable=False),
        sa.Column("annotator", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["annotator"],
            ["annotator.name"],
            name=op.f("fk_thread_annotator"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segment.id"],
            name=op.f("fk_thread_segment_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("segment_id", "annotator", name=op.f("pk_thread")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_thread_annotator"), "thread", ["annotator"], unique=False)
