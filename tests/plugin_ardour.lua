-- What tests/test_plugin_ardour.sh has Ardour do: ardour7-lua plugin_ardour.lua FOLDER FORMAT ID SECONDS. On a track of a new session a
-- Lua processor plays the row of digits and the plugin hears it; what it decides is printed as "heard CLASS SCORE"; then the session is
-- saved, loaded again, and heard once more.
local folder, format, id, seconds = arg[1], arg[2], arg[3], tonumber (arg[4])
local kinds = { LV2 = ARDOUR.PluginType.LV2, VST3 = ARDOUR.PluginType.VST3 }

AudioEngine:set_backend ("None (Dummy)", "", "")

local function plugin_of (route)
  local i = 0
  while not route:nth_plugin (i):isnil () do
    local insert = route:nth_plugin (i):to_insert ()
    if insert:plugin (0):name () == "R2NN" then return insert, route:nth_plugin (i) end
    i = i + 1
  end
  error ("the plugin is not on the track")
end

-- Which parameter has a name.
local function place_of (insert, name)
  local plugin = insert:plugin (0)
  for i = 0, plugin:parameter_count () - 1 do
    local n, ok = plugin:nth_parameter (i, false)
    if ok and plugin:parameter_label (n) == name then return i end
  end
  error ("the plugin has no parameter " .. name)
end

local function value_of (insert, place)
  return (ARDOUR.LuaAPI.get_plugin_insert_param (insert, place, true))
end

-- Print decisions as long as the row plays.
local function hear (insert)
  local score_at, class_at = place_of (insert, "Score"), place_of (insert, "Class")
  local last = value_of (insert, score_at)
  for _ = 1, math.floor (seconds * 50) do
    ARDOUR.LuaAPI.usleep (20000)
    local score = value_of (insert, score_at)
    if score ~= last and score > 0 then print (string.format ("heard %d %.4f", value_of (insert, class_at), score)) end
    last = score
  end
end

create_session (folder .. "/" .. format, format, 8000)
local track = Session:new_audio_track (2, 2, nil, 1, "digits", ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true):front ()
local proc = ARDOUR.LuaAPI.new_plugin (Session, id, kinds[format], "")
assert (not proc:isnil (), "Ardour does not know the plugin")
assert (track:add_processor_by_index (proc, 0, nil, true) == 0, "the plugin does not go on the track")
local insert = plugin_of (track)
assert (ARDOUR.LuaAPI.set_processor_param (proc, place_of (insert, "Base note"), 50), "a parameter cannot be set")
local row = ARDOUR.LuaAPI.new_luaproc (Session, "R2NN test row")
assert (track:add_processor_by_index (row, 0, nil, true) == 0, "the row does not go on the track")
print ("begin")
Session:request_roll (ARDOUR.TransportRequestSource.TRS_UI)
hear (insert)
print ("end")
Session:save_state ("")
close_session ()

load_session (folder .. "/" .. format, format)
insert = plugin_of (Session:route_by_name ("digits"))
print (string.format ("note %d", value_of (insert, place_of (insert, "Base note"))))
print ("begin")
hear (insert)
print ("end")
close_session ()
quit ()
