{{ return_rate_by('seller_sku', label='product_name') }}
