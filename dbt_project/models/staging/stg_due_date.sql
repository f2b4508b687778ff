-- When a month is due by each agreed day: that day of the next month, or the next one on which a Finnish office is
-- open.
select
    due_day,
    month,
    due_on
from {{ lake_log("due_date") }}
