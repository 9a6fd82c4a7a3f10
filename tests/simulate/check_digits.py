"""Which carriers a tracking number fits, by the published patterns, one number at a time."""

import re


def digits_of(text: str) -> list[int]:
    return [int(c) if c.isdigit() else (ord(c) - 3) % 10 for c in text]


def mod10_ok(body: str, check: str, evens: int, odds: int) -> bool:
    total = sum(d * (evens if i % 2 == 0 else odds) for i, d in enumerate(digits_of(body)))
    return (10 - total % 10) % 10 == int(check)


def fits(number: str) -> set[str]:
    """Carriers with a published rule whose pattern and check digit the number meets."""
    found = set()
    if re.fullmatch(r"1Z[A-Z0-9]{15}[0-9]", number) and mod10_ok(number[2:-1], number[-1], 1, 2):
        found.add("UPS")
    usps = re.fullmatch(r"94[0-9]{20}|92[0-9]{3}9[0-9]{16}", number)
    if usps and mod10_ok(number[:-1][::-1], number[-1], 3, 1):
        found.add("USPS")
    if re.fullmatch(r"[0-9]{12}", number):
        weights = (3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)
        total = sum(d * w for d, w in zip(digits_of(number[:-1]), weights, strict=True))
        if total % 11 % 10 == int(number[-1]):
            found.add("FedEx")
    if re.fullmatch(r"C[0-9]{14}", number):
        body = number[1:-1] if number[1] == "4" else "4" + number[1:-1]
        if mod10_ok(body, number[-1], 1, 2):
            found.add("OnTrac")
    return found
