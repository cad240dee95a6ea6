"""What speakers allow, and how they are taken out."""

from __future__ import annotations

from collections.abc import Sequence

from labwidgets.corpus.releases import Releases
from labwidgets.corpus.withdrawal import WithdrawReport, withdraw
from labwidgets.errors import ConsentError
from labwidgets.records import SCOPES, SHARE, Consent
from labwidgets.widgets.source import StoreSource


class People(StoreSource):
    """The part of a project that answers to the people who speak in it."""

    def consent(
        self,
        *speakers: str,
        licence: str,
        scope: Sequence[str] = (SHARE,),
        form: str = "",
        note: str = "",
    ) -> tuple[Consent, ...]:
        """Put on record what speakers agreed to; the newest record of a speaker counts.

        Args:
            speakers: Pseudonyms.
            licence: Under which their recordings may be passed on; SPDX id, or the words of the form. It
                becomes the licence of recordings that state none.
            scope: Out of ``share``, ``commercial``, ``voice-cloning``. Without ``share`` nothing is pushed.
            form: Version of the form that they signed.
            note: Where the proof lies. Stays in the project.

        Raises:
            ConsentError: No speaker, no licence, or no such scope.
        """
        unknown = [name for name in scope if name not in SCOPES]
        if unknown:
            raise ConsentError("no such scope of consent", value=unknown[0], allowed=", ".join(SCOPES))
        if not speakers or not all(name.strip() for name in (*speakers, licence)):
            raise ConsentError(
                "consent needs at least one speaker, and a licence", allowed="pseudonyms, and an SPDX id"
            )
        wanted = [
            Consent("", name.strip(), licence.strip(), tuple(scope), form, note, 0) for name in speakers
        ]
        return tuple(self.store.give_consent(one) for one in wanted)

    def consents(self) -> list[Consent]:
        """Return what is on record, oldest first; of consents taken back only that they were."""
        return self.store.consents()

    def withdraw(self, speaker: str) -> WithdrawReport:
        """Take a speaker out: sound, texts, names, and rows of saved data sets. There is no way back.

        Every recording goes in which the speaker is heard, with all that was said of it. The history still
        replays. The report names what could not be reached from here, and what to do about it.

        Raises:
            NotFoundError: Nothing is known of such a speaker.
        """
        releases = Releases(self.store, self.read, folder=self.folder, name=self.name)
        return withdraw(self.store, self.cache, releases, folder=self.folder, speaker=speaker)
