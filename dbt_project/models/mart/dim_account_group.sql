-- The groups of accounts that a change of costs is split by; what no group holds has a name as well.
select
    account_group_id,
    account_from,
    account_to,
    name_fi,
    name_sv,
    name_en
from {{ ref("account_group") }}

union all

select
    'unmapped' as account_group_id,
    cast(null as varchar) as account_from,
    cast(null as varchar) as account_to,
    'Muut tilit' as name_fi,
    'Övriga konton' as name_sv,
    'Other accounts' as name_en
