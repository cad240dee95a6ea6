"""Drafts of which the truth is known, for models that decide."""

from __future__ import annotations

import random
import uuid

from labwidgets.records import ModelRun, Submission, Transcription

N = 400


class Told:
    """A project of segments whose true words are known: the surer a draft, the fewer its errors."""

    def __init__(self, project, make_new_recording, *, confidence=True):
        self.project = project
        items = [make_new_recording(source=f"{i}.wav", bytes_sha256=f"{i:064x}") for i in range(N)]
        project.store.add_recordings(items)
        self.ids = [segment.id for segment, _ in project.store.segments_to_draft()]
        self.random = random.Random(4)
        self.truth = {key: [f"w{self.random.randrange(50)}" for _ in range(12)] for key in self.ids}
        self.errors = {key: round(8 * (place / N) ** 2) for place, key in enumerate(self.ids)}
        self.draft("m", confidence=confidence)

    def draft(self, model, *, confidence=True):
        run = ModelRun(f"run_{model}", model, "r", {})
        said = {}
        for place, key in enumerate(self.ids):
            words = list(self.truth[key])
            for at in self.random.sample(range(12), self.errors[key]):
                words[at] = "wrong"
            said[key] = Transcription(" ".join(words), (), 1 - place / N if confidence else None, "en")
        self.project.store.add_hypotheses(run, said, as_draft=model == "m")

    def label(self, *, n=None, errors=0, **fields):
        """Label audits that wait, in the order drawn; ``errors``: words that the draft got wrong besides."""
        waiting = [row for row in self.project.store.audits(self.pool) if row.state == "open"][:n]
        for row in waiting:
            text = ["other"] * errors + self.truth[row.segment_id][errors:]
            sent = Submission(str(uuid.uuid4()), row.segment_id, "a1", 0, " ".join(text), **fields)
            self.project.store.submit(sent)

    @property
    def pool(self):
        return self.project.store.pools()[-1].id

    def accepted(self):
        return {
            row.segment.id
            for row in self.project.store.labelled_rows()
            if row.reference and row.reference.origin == "auto_accepted"
        }
