-- Contacts counted once from the lake. What a contact is, is data: contact_mode says which national contact modes
-- are contacts of a client and which are remote, contact_channel what the local channel adds.
with counted as (
    select
        organisation_id,
        month,
        division_code,
        service_class_code,
        mode_code,
        coalesce(channel, '') as channel,
        count(*) as contacts
    from {{ ref("stg_asiakaskontaktit") }}
    where not is_cancelled
    group by organisation_id, month, division_code, service_class_code, mode_code, coalesce(channel, '')
),

-- A mode that is not listed (a consultation between professionals, ward care) is no contact of a client.
classed as (
    select
        counted.organisation_id,
        counted.month,
        {{ division_id() }} as division_id,
        counted.service_class_code,
        counted.contacts,
        mode.is_remote,
        mode.is_remote and coalesce(channel.digital, 'by_mode') <> 'never' and (
            coalesce(channel.digital, 'by_mode') = 'always'
            or mode.digital = 'always'
            or (mode.digital = 'without_channel' and counted.channel = '')
        ) as is_digital,
        mode.is_home or mode.is_remote or coalesce(channel.is_home_mobile, false) as is_home_mobile,
        -- Real-time remote contact without a channel may be phone or video: counted apart, never as digital.
        mode.mode_code = 'R52' and counted.channel = '' as is_channel_unknown
    from counted
    inner join {{ ref("contact_mode") }} as mode
        on counted.mode_code = mode.mode_code
    left join {{ ref("contact_channel") }} as channel
        on counted.channel = channel.channel
    {{ join_division("counted") }}
)

select
    organisation_id,
    month,
    division_id,
    service_class_code,
    sum(contacts) as client,
    sum(case when is_remote then contacts else 0 end) as remote,
    sum(case when is_digital then contacts else 0 end) as digital,
    sum(case when is_home_mobile then contacts else 0 end) as home_mobile,
    sum(case when is_channel_unknown then contacts else 0 end) as channel_unknown
from classed
group by organisation_id, month, division_id, service_class_code
