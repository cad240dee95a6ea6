"""How recordings come into a project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from labwidgets.analysis.coverage import Coverage, coverage
from labwidgets.audio import fingerprints
from labwidgets.corpus.duplicates import DuplicatesReport, find_duplicates
from labwidgets.corpus.importing import AddOptions, add_sources
from labwidgets.errors import SourceError
from labwidgets.records import MIX, AddReport, Progress, Recording, Samples, TextUse
from labwidgets.widgets.source import StoreSource


class Collecting(StoreSource):
    """The part of a project that takes recordings in."""

    def coverage(self) -> Coverage:
        """Return how much speech there is of each source, language, accent and speaker, and draw it."""
        recordings = (one for one in self.store.recordings() if one.state in ("added", "decoded"))
        return coverage(recordings, (segment for segment, _ in self.store.segments_to_draft()))

    def duplicates(self, *, progress: Progress | None = None) -> DuplicatesReport:
        """Return which recordings hold the same sound: sample by sample, or encoded again.

        Nothing is changed: look at them and retire what is there twice.

        Args:
            progress: Called as it goes.
        """

        def read(recording: Recording) -> Samples:
            length_s = min(recording.duration_s, fingerprints.LONGEST_S)
            channel = 0 if recording.n_channels == 1 else MIX
            key = self._key(recording)
            return self.cache.read(
                key, start_s=0.0, end_s=length_s, channel=channel, rate_hz=fingerprints.RATE_HZ
            )

        return find_duplicates(self.store.recordings(state="decoded"), read, progress=progress)

    def unlicensed(self) -> Mapping[str, int]:
        """Return how many recordings name no licence, by source; ``""`` for those of no named source."""
        bare = (one for one in self.store.recordings() if one.licence is None and one.state != "withdrawn")
        return Counter(one.collection or "" for one in bare)

    def state_licence(self, licence: str, *, collection: str | None = None) -> int:
        """State the licence of recordings that came without one, and return how many they were.

        Licences that were stated before stay. ``licence`` in ``project.yaml`` does the same for all that come
        in later.

        Args:
            licence: SPDX id, such as ``CC-BY-4.0``, or words.
            collection: Only of this source (``Project.unlicensed`` names them); default: of all.

        Raises:
            SourceError: The licence is empty, or there is no such source.
        """
        stated = licence.strip()
        if not stated:
            raise SourceError("no licence is named", value=licence, allowed="an SPDX id, such as CC-BY-4.0")
        if collection is not None and all(one.collection != collection for one in self.store.recordings()):
            raise SourceError(
                "there is no such source", value=collection, remedy="project.coverage() shows them"
            )
        return self.store.state_licence(stated, collection=collection)

    def add(  # noqa: PLR0913 - one keyword a column; bundling them would only hide them
        self,
        source: object,
        *,
        text: str | None = None,
        text_as: TextUse = "reference",
        speaker: str | None = None,
        accent: str | None = None,
        language: str | None = None,
        licence: str | None = None,
        collection: str | None = None,
        format: str | None = None,  # noqa: A002 - the word that everyone looks for
        columns: Mapping[str, str] | None = None,
        audio: str | None = None,
        encoding: str | None = None,
        allow_local: bool = False,
        decode: bool = True,
        progress: Progress | None = None,
    ) -> AddReport:
        """Take recordings in and say what was added, known before, and refused.

        ``speaker``, ``accent``, ``language`` and ``licence`` name a column where the source has one of
        that name, else they are the value for all of it. Every further column is kept.

        Args:
            source: A file, folder, glob, zip or tar, a URL of one (http, https, s3, gs, az, hf …), an
                audiofolder with ``metadata.csv`` or ``.jsonl``, a file or folder of transcripts beside their
                recordings, a ``Dataset``, ``DatasetDict`` or stream of one, a list of dicts, encoded bytes,
                or an ipywebrtc ``AudioRecorder``.
            text: Column of transcripts; default: guessed from its name.
            text_as: What those transcripts are: ``reference``, ``draft`` or ``metadata``.
            speaker: Pseudonym, or its column; default: guessed.
            accent: Label, or its column; default: guessed.
            language: BCP-47, or its column; default: guessed, else the project's.
            licence: SPDX id, or its column; default: guessed, else the project's.
            collection: Name of this source, for coverage by source.
            format: Id of the format of transcripts (``labwidgets.corpus.formats.registry.FORMATS``); default:
                told from the name and the first lines. Spans with times become segments.
            columns: Field to column, for tables with names of their own, as in ``{"start": "from"}``.
            audio: File or folder of the recordings, for transcripts that lie elsewhere.
            encoding: Of transcripts; default: UTF-8, or what the byte order mark says.
            allow_local: Also fetch from ``file:`` URLs and from addresses that are not on the public net.
            decode: Decode now; otherwise when the sound is first needed.
            progress: Called as it goes.

        Raises:
            SourceError: Nothing at all can be taken from the source.
        """
        options = AddOptions(
            default_language=self.settings.language,
            default_licence=self.settings.licence,
            text=text,
            text_as=text_as,
            speaker=speaker,
            accent=accent,
            language=language,
            licence=licence,
            collection=collection,
            columns=dict(columns or {}),
            copy=self.settings.audio.copy_sources,
            format=format,
            audio=audio,
            encoding=encoding,
            allow_local=allow_local,
        )
        return add_sources(
            self.store, self.cache, self.folder, source, options=options, decode=decode, progress=progress
        )
