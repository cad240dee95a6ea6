"""A training on a GPU whose memory is too small; a make-believe one, the sums are done on the CPU."""

from __future__ import annotations

import pytest
import torch
from made_speech import SMALL
from transformers import Wav2Vec2BertForCTC

from labwidgets.errors import TrainingError

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:.*pin_memory.*:UserWarning")]


@pytest.fixture
def small_gpu(monkeypatch):
    """A GPU that takes so many clips in one pass, from the second pass on."""
    monkeypatch.setattr("labwidgets.training.training.device_of", lambda _: "cuda")
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Make-believe 1")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: False)
    forward, passes = Wav2Vec2BertForCTC.forward, []

    def limit(n_clips):
        def within(self, *arguments, **options):
            if self.training:
                passes.append(len(options["labels"]))
                if len(passes) > 1 and passes[-1] > n_clips:
                    raise torch.OutOfMemoryError("CUDA out of memory")
            return forward(self, *arguments, **options)

        monkeypatch.setattr(Wav2Vec2BertForCTC, "forward", within)
        return passes

    return limit


def test_half_a_batch_is_taken_and_the_steps_stay_what_they_are(labelled, small_gpu):
    passes = small_gpu(4)
    report = labelled.train_here(**SMALL)
    assert (report.state, report.device) == ("trained", "Make-believe 1")
    assert passes == [8, 8, *[4] * 8]
    assert max(point["step"] for point in report.curve) == 4


def test_a_gpu_that_takes_no_clip_at_all_is_said(labelled, small_gpu):
    small_gpu(0)
    with pytest.raises(TrainingError, match=r"too small for this training: 'batch_size 1'.*device: cpu"):
        labelled.train_here(**SMALL)
