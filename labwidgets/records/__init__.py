"""The records that travel between the layers: frozen, typed, times in float seconds.

Words of the field are explained in the README's glossary; one word means one thing here, in the tables
and on the screen alike.
"""

from labwidgets.records.analysis import MARKS, AnalysedSegment, Mark, SaidText
from labwidgets.records.base import FLAGS, MIX, LabelOrigin, Samples, Span, TaskState, TextUse, new_id
from labwidgets.records.consent import SCOPES, SHARE, Consent
from labwidgets.records.labels import (
    Ack,
    Hypothesis,
    LabelledRow,
    ModelRun,
    Opinion,
    Reference,
    SegmentView,
    Submission,
    Transcription,
    Word,
)
from labwidgets.records.protocols import Drafter, LabelSource, Progress, ReadAudio
from labwidgets.records.queue import (
    QUEUE_FILTERS,
    QUEUE_ORDERS,
    QueueCounts,
    QueueFilter,
    QueueOrder,
    QueuePage,
    QueueQuery,
    QueueRow,
)
from labwidgets.records.reports import (
    AddReport,
    DraftReport,
    Event,
    HypothesesReport,
    Refusal,
    Status,
    VerifyReport,
    in_words,
    length,
)
from labwidgets.records.sound import (
    AudioWindow,
    NewRecording,
    Peaks,
    Quality,
    Recording,
    Segment,
    Spectrogram,
)

__all__ = [
    "FLAGS",
    "MARKS",
    "MIX",
    "QUEUE_FILTERS",
    "QUEUE_ORDERS",
    "SCOPES",
    "SHARE",
    "Ack",
    "AddReport",
    "AnalysedSegment",
    "AudioWindow",
    "Consent",
    "DraftReport",
    "Drafter",
    "Event",
    "HypothesesReport",
    "Hypothesis",
    "LabelOrigin",
    "LabelSource",
    "LabelledRow",
    "Mark",
    "ModelRun",
    "NewRecording",
    "Opinion",
    "Peaks",
    "Progress",
    "Quality",
    "QueueCounts",
    "QueueFilter",
    "QueueOrder",
    "QueuePage",
    "QueueQuery",
    "QueueRow",
    "ReadAudio",
    "Recording",
    "Reference",
    "Refusal",
    "SaidText",
    "Samples",
    "Segment",
    "SegmentView",
    "Span",
    "Spectrogram",
    "Status",
    "Submission",
    "TaskState",
    "TextUse",
    "Transcription",
    "VerifyReport",
    "Word",
    "in_words",
    "length",
    "new_id",
]
