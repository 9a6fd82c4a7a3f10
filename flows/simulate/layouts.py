"""How each market's order export looks: headers, dates, words."""

from dataclasses import dataclass, field

US_HEADER = (
    "Order ID", "Order Status", "Order Substatus", "Cancelation/Return Type",
    "Normal or Pre-order", "SKU ID", "Seller SKU", "Product ID", "Product Name", "Variation",
    " Virtual Bundle Seller SKU", "Quantity", "Sku Quantity of return", "SKU Unit Original Price",
    "SKU Subtotal Before Discount", "SKU Platform Discount", "SKU Seller Discount",
    "SKU Subtotal After Discount", "Shipping Fee After Discount", "Original Shipping Fee",
    "Shipping Fee Seller Discount", "Co-Funded Shipping Fee Discount",
    "Shipping Fee Platform Discount", "Payment platform discount", "Retail Delivery Fee", "Taxes",
    "Order Amount", "Order Refund Amount", "Created Time", "Paid Time", "RTS Time", "Shipped Time",
    "Delivered Time", "Cancelled Time", "Cancel By", "Cancel Reason", "Fulfillment Type",
    "Warehouse Name", "Tracking ID", "Delivery Option Type", "Delivery Option",
    "Shipping Provider Name", "Buyer Message", "Buyer Nickname", "Buyer Username", "Recipient",
    "Phone #", "Country", "State", "City", "Zipcode", "Address Line 1", "Address Line 2",
    "Delivery Instruction", "Payment Method", "Weight(kg)", "Product Category", "Package ID",
    "Seller Note", "Shipping Information", "Combined Listing", "Order Channel", "Creator Handle",
)  # fmt: skip
"""The platform's own spelling and order, the leading space included."""

_GB_LACKS = ("Retail Delivery Fee",)

VN_HEADER = (
    "Order ID", "Order Status", "Order Substatus", "Cancelation/Return Type",
    "Normal or Pre-order", "SKU ID", "Seller SKU", "Product Name", "Variation", "Quantity",
    "Sku Quantity of return", "SKU Unit Original Price", "SKU Subtotal Before Discount",
    "SKU Platform Discount", "SKU Seller Discount", "SKU Subtotal After Discount",
    "Shipping Fee After Discount", "Original Shipping Fee", "Shipping Fee Seller Discount",
    "Shipping Fee Platform Discount", "Payment platform discount", "Taxes", "Order Amount",
    "Order Refund Amount", "Created Time", "Paid Time", "RTS Time", "Shipped Time",
    "Delivered Time", "Cancelled Time", "Cancel By", "Cancel Reason", "Fulfillment Type",
    "Warehouse Name", "Tracking ID", "Delivery Option", "Shipping Provider Name", "Buyer Message",
    "Buyer Username", "Recipient", "Phone #", "Country", "Province", "District", "Commune",
    "Detail Address", "Additional address information", "Payment Method", "Weight(kg)",
    "Product Category", "Package ID", "Seller Note", "Checked Status", "Checked Marked by",
)  # fmt: skip

AFFILIATE_HEADER = (
    "Order ID", "Product ID", "Product Name", "SKU ID", "Price", "Payment Amount", "Currency",
    "Quantity", "Fully returned or refunded", "Payment method", "Order Status", "Creator Username",
    "Content Type", "Content ID", "commission model", "Standard commission rate",
    "Est. Commission Base", "Est. standard commission payment", "Actual Commission Base",
    "Actual Commission Payment", "Shop Ads commission rate",
    "Est. Shop Ads commission payment", "Actual Shop Ads commission payment",
    "Est. co-funded creator bonus", "Actual co-funded creator bonus", "Time Created",
    "Payment time", "Order Delivery Time", "Time Commission Paid", "Platform",
)  # fmt: skip
"""Of the United States; the British one has the creator's region after the name."""

_GB_AFFILIATE_HEADER = (*AFFILIATE_HEADER[:12], "Creator Region", *AFFILIATE_HEADER[12:])

OLD_SETTLEMENT_HEADER = (
    "Order/adjustment ID  ", "Type ", "Order created time(UTC)", "Order settled time(UTC)",
    "Currency", "Total settlement amount", "Total Revenue", "Subtotal after seller discounts",
    "Subtotal before discounts", "Seller discounts", "Refund subtotal after seller discounts",
    "Refund subtotal before seller discounts", "Refund of seller discounts", "Total Fees",
    "Transaction fee", "Referral fee", "Refund administration fee", "Seller shipping fee",
    "Actual shipping fee", "Platform shipping fee discount", "Customer shipping fee",
    "Refunded customer shipping fee", "Actual return shipping fee", "Shipping fee subsidy",
    "Affiliate commission", "Affiliate partner commission", "Affiliate Shop Ads commission",
    "Adjustment amount", "Adjustment reasons", "Related order ID", "Customer payment",
    "Customer refund", "Platform discounts",
)  # fmt: skip
"""Of the statements until May 2026, the trailing spaces included; times are UTC."""

NEW_SETTLEMENT_HEADER = (
    "Statement date", "Statement ID", "Payment ID", "Status", "Currency", "Transaction type",
    "Order/Adjustment ID", "Related order ID", "SKU ID", "Quantity", "Product name", "SKU name",
    "Order created date", "Order delivery date", "Delivery option", "Collection methods",
    "Total settlement amount", "Net sales", "Gross sales", "Seller discounts",
    "Gross sales refund", "Seller discount refund", "Fees", "Transaction fee", "Referral fee",
    "Sales tax on referral fees", "Refund administration fee", "Affiliate commission",
    "Affiliate partner commission", "Affiliate Shop Ads commission", "Shipping",
    "TikTok Shop shipping fee", "Fulfilled by TikTok Shop shipping fee",
    "Customer-paid shipping fee", "Return shipping fee", "Shipping fee subsidy",
    "Shipping fee discount", "Adjustment amount", "Adjustment reasons", "Customer payment",
    "Customer refund", "Sales tax payment", "Platform discounts",
)  # fmt: skip
"""Of the statements since June 2026; days are the shop's."""

_DAY_FIRST = ("%d/%m/%Y", "%H:%M:%S\t")

_ENGLISH_STATUSES = (
    ("Unpaid", "Unpaid"), ("To ship", "Awaiting Shipment"), ("To ship", "Awaiting Collection"),
    ("Shipped", "In Transit"), ("Shipped", "Delivered"), ("Completed", "Completed"),
    ("Canceled", "Canceled"),
)  # fmt: skip
_VIETNAMESE_STATUSES = (
    ("Chưa thanh toán", "Chưa thanh toán"), ("Cần gửi", "Chờ gửi hàng"),
    ("Cần gửi", "Chờ lấy hàng"), ("Đã vận chuyển", "Đang vận chuyển"),
    ("Đã vận chuyển", "Đã giao hàng"), ("Đã hoàn tất", "Đã hoàn tất"), ("Đã hủy", "Đã hủy"),
)  # fmt: skip

_ENGLISH_REASONS = (
    "No longer needed", "Need to change shipping address", "Late shipment", "Out of stock",
    "Out of stock", "OUT OF STOCK", "Pricing error", "Wrong listing", "Cannot ship",
    "Not shipped in time", "Fraud check", "Payment failure", "Seasonal catalogue clean-up",
)  # fmt: skip
_VIETNAMESE_REASONS = (
    "Không còn nhu cầu", "Cần thay đổi địa chỉ giao hàng", "Giao hàng trễ", "Hết hàng",
    "Hết hàng", "HẾT HÀNG", "Sai giá", "Lỗi định giá", "Không thể giao hàng tới khu vực này",
    "Người bán không gửi hàng", "Người mua quá hạn thanh toán",
    "Người mua không thanh toán đúng hạn", "Dọn danh mục theo mùa",
)  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """One market's way of writing.

    `dates` and `times` are formats. `statuses` are pairs of status and substatus from unpaid to
    cancelled, `reasons` the words for each of `cancellations.KINDS`. A made-up telephone number is
    `phone` and the last `phone_digits` of a number.
    """

    header: tuple[str, ...] = field(repr=False)
    affiliate_header: tuple[str, ...] = field(repr=False)
    dates: str
    times: str
    statuses: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    payment_methods: tuple[str, str, str]
    phone: str
    phone_digits: int


US_LAYOUT = Layout(
    US_HEADER, AFFILIATE_HEADER, "%m/%d/%Y", "%I:%M:%S %p\t", _ENGLISH_STATUSES, _ENGLISH_REASONS,
    ("Credit/debit card", "PayPal", "Klarna"), "(+1)555010", 4,
)  # fmt: skip
GB_LAYOUT = Layout(
    tuple(name for name in US_HEADER if name not in _GB_LACKS), _GB_AFFILIATE_HEADER, *_DAY_FIRST,
    _ENGLISH_STATUSES, _ENGLISH_REASONS, ("Credit/debit card", "PayPal", "Klarna"),
    "(+44)7700900", 3,
)  # fmt: skip
VN_LAYOUT = Layout(
    VN_HEADER, AFFILIATE_HEADER, *_DAY_FIRST, _VIETNAMESE_STATUSES, _VIETNAMESE_REASONS,
    ("Thẻ tín dụng/ghi nợ", "ZaloPay", "MoMo"), "(+84)000000", 4,
)  # fmt: skip
