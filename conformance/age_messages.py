"""Reads messages, texts and recipients as JSON, and does with each what rage, another age program, does (as pyrage)."""

import json
import sys

import pyrage
from pyrage import x25519


def is_recipient(text):
    try:
        x25519.Recipient.from_str(text)
        return True
    except pyrage.RecipientError:
        return False


asked = json.load(sys.stdin)
identity = x25519.Identity.from_str(asked["identity"])
print(
    json.dumps(
        {
            "recipient": str(identity.to_public()),
            "opened": [pyrage.decrypt(message.encode(), [identity]).decode() for message in asked["messages"]],
            "messages": [
                pyrage.encrypt(text.encode(), [identity.to_public()], armored=True).decode() for text in asked["texts"]
            ],
            "areRecipients": [is_recipient(text) for text in asked["recipients"]],
        }
    )
)
