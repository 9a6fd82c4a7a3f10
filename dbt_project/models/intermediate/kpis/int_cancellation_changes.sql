{#-
  What orders add to the seller-fault cancellation rate, by creation day and by the day it is known:
  confirmed orders (no fault named) and, of those, the cancelled ones by fault and reason.
-#}
{{ cancellation_changes(ref('int_orders'), ['shop_id']) }}
