/* option_table.c - the table of options.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/option_table.h"

#include "base/util.h"
#include "cli/options.h"

#define GROUP(title_) {.title = (title_)},
#define OPTION(name_, letter_, metavar_, env_, commands_, kind_, field_, help_)                                   \
	{(name_), (letter_), (metavar_), (env_), (commands_), OPTION_##kind_, offsetof(struct arguments, field_), \
	 (help_), NULL},
#define ALIAS(older_, name_)
#define LATER(name_, environment_)
const struct option_def option_defs[] = {
#include "cli/options.def"
};
#undef GROUP
#undef OPTION
#undef ALIAS

#define GROUP(title_)
#define OPTION(...)
#define ALIAS(older_, name_) {(older_), (name_)},
const struct option_alias option_aliases[] = {
#include "cli/options.def"
};
#undef ALIAS
#undef LATER

#define ALIAS(older_, name_)
#define LATER(name_, environment_) {(name_), (environment_)},
const struct option_later option_later[] = {
#include "cli/options.def"
};
#undef GROUP
#undef OPTION
#undef ALIAS
#undef LATER

const size_t option_def_count = NONO_ARRAY_SIZE(option_defs);
const size_t option_alias_count = NONO_ARRAY_SIZE(option_aliases);
const size_t option_later_count = NONO_ARRAY_SIZE(option_later);
