"""Правила: what is asked of money, accounts and readings and answered alike to all, from what the law says."""

from skill.dialogue.company import company_of, phone_told
from skill.dialogue.flat import Flat, account_of
from skill.dialogue.phrases import phrases
from skill.dialogue.talk import Talk
from skill.dialogue.tickets.offering import Offering
from skill.dialogue.turn import Reply
from skill.understanding import Understanding

TOLD = "rules.told."


class Rules(Offering):
    """The scene of rules: each is a sentence under `told` in `phrases/rules.yaml` and its words in
    `meaning/short/rules.yaml`. `known`: what a resident hears instead; `request`: what is offered to the company."""

    name = "rules"
    intents = frozenset(key.removeprefix(TOLD) for key in phrases() if key.startswith(TOLD))

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The rule, and what can be done now."""
        rule = said.intent
        self.spoken_of(talk, said)
        if talk.resident is not None and f"rules.known.{rule}" in phrases():
            flat = Flat(talk)
            facts = {"number": account_of(talk).number, "meters": flat.names(flat.meters)}
            return Reply(talk.say(f"rules.known.{rule}", **facts))
        reply = talk.reply(f"rules.told.{rule}", office=_office(talk), phone=phone_told(talk))
        if talk.resident is None or f"rules.request.{rule}" not in phrases():
            return reply
        return self.with_request(talk, reply.text, talk.say(f"rules.request.{rule}"))


def _office(talk: Talk) -> str:
    """Where the office is, as far as the books know; its number where they do not."""
    company = company_of(talk)
    if company is None or not company.address:
        return phone_told(talk)
    return talk.say("records.office", address=company.address)


SCENE = Rules()
