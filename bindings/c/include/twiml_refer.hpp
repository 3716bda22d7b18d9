// twiml-refer for C++17: values that free themselves, string_view in, exceptions out. Everything it does
// it asks of twiml_refer.h, whose conventions hold here as well.
#ifndef TWIML_REFER_HPP
#define TWIML_REFER_HPP

#include "twiml_refer/diagnostic.hpp"
#include "twiml_refer/error.hpp"
#include "twiml_refer/http.hpp"
#include "twiml_refer/rest.hpp"
#include "twiml_refer/sip_uri.hpp"
#include "twiml_refer/text.hpp"
#include "twiml_refer/transfer.hpp"
#include "twiml_refer/twiml.hpp"
#include "twiml_refer/webhook.hpp"

#endif
