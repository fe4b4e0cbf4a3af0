"""Ways to reach somebody who has not just written to us: SMS and e-mail, both off until they are set up."""

from skill.carriers import mail, sms
from skill.carriers.carrier import Carrier

CARRIERS: dict[str, Carrier] = {one.name: one for one in (sms.CARRIER, mail.CARRIER)}
