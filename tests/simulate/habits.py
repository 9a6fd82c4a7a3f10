"""What the files of each market look like and by which words and lists they are judged."""

from dataclasses import dataclass, field
from datetime import timedelta

_EVERYWHERE = {"USPS", "UPS", "FedEx", "DHL", "OnTrac", "LaserShip", "Amazon", "UniUni", "Veho",
               "SpeedX", "GOFO", "Spee-Dee", "YunExpress"}  # fmt: skip
_ENGLISH = ["Unpaid", "Awaiting Shipment", "Awaiting Collection", "In Transit", "Delivered",
            "Completed", "Canceled"]  # fmt: skip
_VIETNAMESE = ["Chưa thanh toán", "Chờ gửi hàng", "Chờ lấy hàng", "Đang vận chuyển",
               "Đã giao hàng", "Đã hoàn tất", "Đã hủy"]  # fmt: skip
_DAY_FIRST = "%d/%m/%Y %H:%M:%S"


@dataclass(frozen=True)
class Habits:
    """One market, for a reader of its files."""

    code: str
    zone: str
    stamp: str = _DAY_FIRST
    substatuses: list[str] = field(default_factory=lambda: _ENGLISH)
    supported: set[str] = field(default_factory=lambda: _EVERYWHERE)
    with_rule: frozenset[str] = frozenset({"UPS", "USPS", "FedEx", "OnTrac"})
    words: dict[str, str] = field(default_factory=dict)
    seller_reasons: frozenset[str] = frozenset(
        {"out of stock", "pricing error", "not shipped in time", "wrong listing", "cannot ship"}
    )
    buyer_blames_seller: frozenset[str] = frozenset({"late shipment", "out of stock"})
    platform_reasons: frozenset[str] = frozenset({"fraud check", "payment failure"})
    opening_points: int = 200
    roll_off: timedelta = timedelta(days=180)

    def carrier(self, word: str) -> str:
        """A carrier by the word that its feed uses."""
        return self.words.get(word, word)


HABITS = {
    "US": Habits(
        "US", "America/Los_Angeles", "%m/%d/%Y %I:%M:%S %p", words={"usps": "USPS"}
    ),
    "GB": Habits(
        "GB",
        "Europe/London",
        supported=_EVERYWHERE
        | {"Royal Mail", "Parcelforce", "Evri", "Yodel", "DPD", "InPost", "GLS"},
        words={"EVRI": "Evri", "DPD UK": "DPD"},
    ),
    "VN": Habits(
        "VN",
        "Asia/Ho_Chi_Minh",
        substatuses=_VIETNAMESE,
        supported=_EVERYWHERE
        | {"J&T Express", "GHN", "GHTK", "Viettel Post", "Vietnam Post", "Ninja Van",
           "BEST Express", "Shopee Xpress", "Lazada Logistics"},
        words={"J&T Express VN": "J&T Express", "Giao Hàng Nhanh": "GHN",
               "ViettelPost": "Viettel Post"},
        seller_reasons=frozenset(
            {"hết hàng", "sai giá", "lỗi định giá", "không thể giao hàng tới khu vực này",
             "người bán không gửi hàng"}
        ),
        buyer_blames_seller=frozenset({"giao hàng trễ", "hết hàng"}),
        platform_reasons=frozenset(
            {"người mua quá hạn thanh toán", "người mua không thanh toán đúng hạn"}
        ),
        opening_points=0,
        roll_off=timedelta(days=90),
    ),
}  # fmt: skip
"""Markets by code."""
