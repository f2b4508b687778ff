-- An account is in one group: groups that overlap would count its euros twice.
select
    earlier.account_group_id,
    later.account_group_id as overlapped_by
from {{ ref("account_group") }} as earlier
inner join {{ ref("account_group") }} as later
    on earlier.account_group_id <> later.account_group_id
    and earlier.account_from <= later.account_to
    and earlier.account_to >= later.account_from
