-- Deliveries that were turned down and that nothing has replaced yet: a newer usable delivery is missing for at least
-- one period that they hold, or, where they have no periods (an unreadable file), for the extract.
with judged as (
    select
        receipt.organisation_id,
        receipt.extract_id,
        receipt.receipt_id,
        receipt.received_at,
        receipt.file_name,
        receipt.periods,
        receipt.decision = 'accepted' and coalesce(verdict.verdict, 'passed') <> 'failed' as is_usable
    from {{ ref("stg_receipt") }} as receipt
    left join {{ ref("stg_verdict") }} as verdict
        on receipt.organisation_id = verdict.organisation_id
        and receipt.extract_id = verdict.extract_id
        and receipt.delivery_id = verdict.delivery_id
    where receipt.decision <> 'duplicate'
),

usable_period as (
    select
        organisation_id,
        extract_id,
        received_at,
        file_name,
        {{ each_element("periods") }} as period
    from judged
    where is_usable
),

wanted_period as (
    select
        organisation_id,
        extract_id,
        receipt_id,
        received_at,
        file_name,
        {{ each_element("periods") }} as period
    from judged
    where not is_usable
),

period_missing as (
    select distinct wanted.receipt_id
    from wanted_period as wanted
    left join usable_period as newer
        on wanted.organisation_id = newer.organisation_id
        and wanted.extract_id = newer.extract_id
        and wanted.period = newer.period
        and {{ delivered_after("newer", "wanted") }}
    where newer.period is null
),

anything_missing as (
    select distinct wanted.receipt_id
    from judged as wanted
    left join judged as newer
        on wanted.organisation_id = newer.organisation_id
        and wanted.extract_id = newer.extract_id
        and newer.is_usable
        and {{ delivered_after("newer", "wanted") }}
    where
        not wanted.is_usable
        and {{ list_length("wanted.periods") }} = 0
        and newer.receipt_id is null
)

select receipt_id from period_missing
union all
select receipt_id from anything_missing
