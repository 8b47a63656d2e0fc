/* guide_text.h - data/profile-guide.txt, compiled in.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_GUIDE_TEXT_H
#define NONO_CLI_GUIDE_TEXT_H

/* Its sections: the name is the first word of the heading. Ends with a NULL name. */
struct guide_section {
	const char *name, *heading, *text;
};
extern const struct guide_section guide_sections[];

#endif
