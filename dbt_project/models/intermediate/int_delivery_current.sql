-- Which delivery stands for what tonight. An accepted delivery is usable unless the guard's newest word on it is
-- `failed`; one that the guard has not seen yet is usable too.
with usable as (
    select
        receipt.organisation_id,
        receipt.extract_id,
        receipt.delivery_id,
        receipt.received_at,
        receipt.file_name,
        receipt.periods,
        contract.delivery_mode
    from {{ ref("stg_receipt") }} as receipt
    inner join {{ ref("stg_contract") }} as contract
        on receipt.extract_id = contract.extract_id
    left join {{ ref("stg_verdict") }} as verdict
        on receipt.organisation_id = verdict.organisation_id
        and receipt.extract_id = verdict.extract_id
        and receipt.delivery_id = verdict.delivery_id
    where
        receipt.decision = 'accepted'
        and coalesce(verdict.verdict, 'passed') <> 'failed'
),

-- replace_period: the newest delivery that holds any row of a period gives all rows of it.
holding_period as (
    select
        organisation_id,
        extract_id,
        {{ each_element("periods") }} as period,
        delivery_id,
        received_at,
        file_name
    from usable
    where delivery_mode = 'replace_period'
),

-- replace_all: the newest is everything. upsert: all stand together, and staging picks the newest row of each key.
holding_all as (
    select
        organisation_id,
        extract_id,
        cast(null as varchar) as period,
        delivery_id,
        received_at,
        file_name
    from usable
    where delivery_mode = 'replace_all'
),

ranked as (
    select
        held.*,
        row_number() over (
            partition by organisation_id, extract_id, period
            order by received_at desc, file_name desc
        ) as newness
    from (
        select * from holding_period
        union all
        select * from holding_all
    ) as held
)

select
    organisation_id,
    extract_id,
    period,
    delivery_id,
    received_at,
    file_name
from ranked
where newness = 1

union all

select
    organisation_id,
    extract_id,
    cast(null as varchar) as period,
    delivery_id,
    received_at,
    file_name
from usable
where delivery_mode = 'upsert'
