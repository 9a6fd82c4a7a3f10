{{ return_rate_by('creator_handle') }}
