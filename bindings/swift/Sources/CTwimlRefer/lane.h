// The lane of the bridge: `export.rs` says what it does. The other header here is generated.
#pragma once

#include <stdint.h>

int32_t twiml_refer_lane(uint32_t job, const uint8_t *_Nullable input, uint32_t length,
                         uint8_t *_Nullable output, uint32_t capacity);
