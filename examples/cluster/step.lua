-- One step of one transfer, all or nothing. Answers `applied`; `changed`, if the record is no longer
-- what the step was made from; or `done`, if another worker has done the entry. Both change nothing.
local record, events, deadlines, wire, callbacks = unpack(KEYS)
local transfer, before, after, deadline, keep, group, entry, number, action, callback = unpack(ARGV)
local FIRST_WIRE = 11

if (redis.call("GET", record) or "") ~= before then
    return "changed"
end
if entry ~= "" then
    if redis.call("XACK", events, group, entry) == 0 then
        return "done"
    end
    redis.call("XDEL", events, entry)
end
if after ~= "" then
    if keep == "" then
        redis.call("SET", record, after)
    else
        redis.call("SET", record, after, "PX", keep)
    end
    if deadline == "" then
        redis.call("ZREM", deadlines, transfer)
    else
        redis.call("ZADD", deadlines, deadline, transfer)
    end
end
for i = FIRST_WIRE, #ARGV do
    redis.call("XADD", wire, "*", "transfer", transfer, "number", number, "do", ARGV[i])
end
if callback ~= "" then
    redis.call("XADD", callbacks, "*", "transfer", transfer, "action", action, "form", callback)
end
return "applied"
