"""The header rows of the exports, in their published order."""

ORDERS = (
    "Order ID,Order Status,Order Substatus,Cancelation/Return Type,Normal or Pre-order,"
    "SKU ID,Seller SKU,Product ID,Product Name,Variation, Virtual Bundle Seller SKU,Quantity,"
    "Sku Quantity of return,SKU Unit Original Price,SKU Subtotal Before Discount,"
    "SKU Platform Discount,SKU Seller Discount,SKU Subtotal After Discount,"
    "Shipping Fee After Discount,Original Shipping Fee,Shipping Fee Seller Discount,"
    "Co-Funded Shipping Fee Discount,Shipping Fee Platform Discount,"
    "Payment platform discount,Retail Delivery Fee,Taxes,Order Amount,Order Refund Amount,"
    "Created Time,Paid Time,RTS Time,Shipped Time,Delivered Time,Cancelled Time,Cancel By,"
    "Cancel Reason,Fulfillment Type,Warehouse Name,Tracking ID,Delivery Option Type,"
    "Delivery Option,Shipping Provider Name,Buyer Message,Buyer Nickname,Buyer Username,"
    "Recipient,Phone #,Country,State,City,Zipcode,Address Line 1,Address Line 2,"
    "Delivery Instruction,Payment Method,Weight(kg),Product Category,Package ID,Seller Note,"
    "Shipping Information,Combined Listing,Order Channel,Creator Handle"
)
RETURNS = (
    "Return Order ID,Order ID,Order Amount,Order Status,Order Substatus,Payment Method,"
    "SKU ID,Seller SKU,Product Name,SKU Name,Buyer Username,Return Type,Time Requested,"
    "Return Reason,Return unit price,Return Quantity,Return Logistics Tracking ID,"
    "Return Status,Return Sub Status,Refund Time,Dispute Status,Appeal Status,"
    "Compensation Status,Compensation Amount,Buyer Note"
)
AFFILIATE = (
    "Order ID,Product ID,Product Name,SKU ID,Price,Payment Amount,Currency,Quantity,"
    "Fully returned or refunded,Payment method,Order Status,Creator Username,Content Type,"
    "Content ID,commission model,Standard commission rate,Est. Commission Base,"
    "Est. standard commission payment,Actual Commission Base,Actual Commission Payment,"
    "Shop Ads commission rate,Est. Shop Ads commission payment,"
    "Actual Shop Ads commission payment,Est. co-funded creator bonus,"
    "Actual co-funded creator bonus,Time Created,Payment time,Order Delivery Time,"
    "Time Commission Paid,Platform"
)
EVENTS = (
    "tracking_number,carrier,event_at,event_code,event_description,event_city,event_state,"
    "event_postal_code,event_country"
)
WAREHOUSES = (
    "warehouse_id,name,kind,postal_code,timezone,order_cutoff,daily_capacity,active_from_on,"
    "active_to_on"
)
SHOPS = "shop_id,market,timezone,currency,opened_on"
SHIPMENTS = (
    "shipment_id,order_id,warehouse_id,received_at,allocated_at,picked_at,packed_at,"
    "label_created_at,tendered_at,tracking_uploaded_at,carrier,service,tracking_number,weight_kg,"
    "package_count,ship_cost,currency,ship_from_postal_code,ship_to_postal_code"
)
