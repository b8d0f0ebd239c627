/* What DPF must know about the plugin before it is compiled. */
#ifndef DISTRHO_PLUGIN_INFO_H_INCLUDED
#define DISTRHO_PLUGIN_INFO_H_INCLUDED

#define DISTRHO_PLUGIN_NAME    "R2NN"
#define DISTRHO_PLUGIN_URI     "urn:r2nn:plugin"
#define DISTRHO_PLUGIN_CLAP_ID "org.r2nn.plugin"

#define DISTRHO_PLUGIN_NUM_INPUTS  2
#define DISTRHO_PLUGIN_NUM_OUTPUTS 2
#define DISTRHO_PLUGIN_IS_RT_SAFE  1

#define DISTRHO_PLUGIN_WANT_MIDI_OUTPUT   1
#define DISTRHO_PLUGIN_WANT_STATE         1
#define DISTRHO_PLUGIN_WANT_FULL_STATE    1
#define DISTRHO_PLUGIN_WANT_DIRECT_ACCESS 1

#define DISTRHO_PLUGIN_HAS_UI     1
#define DISTRHO_UI_USE_NANOVG     1
#define DISTRHO_UI_USER_RESIZABLE 1
#define DISTRHO_UI_DEFAULT_WIDTH  900
#define DISTRHO_UI_DEFAULT_HEIGHT 540

#define DISTRHO_PLUGIN_LV2_CATEGORY    "lv2:AnalyserPlugin"
#define DISTRHO_PLUGIN_VST3_CATEGORIES "Fx|Analyzer|Stereo"
#define DISTRHO_PLUGIN_CLAP_FEATURES   "audio-effect", "analyzer", "stereo", "note-detector"

#endif
