{#- Numerator and denominator of every metric, basis and window, on every day since the first order. -#}
{{ running_windows(
    ref('int_kpi_changes'),
    [
        ('late_dispatch_rate', 'platform'),
        ('late_dispatch_rate', 'due'),
        ('late_dispatch_rate', 'projected'),
        ('valid_tracking_rate', 'platform'),
        ('seller_fault_cancellation_rate', 'platform'),
        ('on_time_delivery_rate', 'platform'),
    ],
    ['week', 'rolling_7d', 'rolling_30d'],
) }}
