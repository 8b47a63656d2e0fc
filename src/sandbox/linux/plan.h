/* plan.h - the choice of a tier for each deny, apart from asking the machine.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_SANDBOX_LINUX_PLAN_H
#define NONO_SANDBOX_LINUX_PLAN_H

#include "policy/capset.h"
#include "sandbox/linux/view.h"

/* What can be done here. */
struct nono_means {
	bool view;	    /* a view of the command's own */
	bool lists;	    /* but a covered directory can be listed there: it is shown empty */
	const char *reason; /* why there is no view, a clause; NULL: there is one */
};

/**
 * nono_plan_split - where nothing can be masked: read-only grants of few entries become grants of those entries,
 * without the denied ones. The open denies get their tier; none does where one of the grants may write, or has too
 * many. Returns 0, -NONO_E_SYSTEM, -NONO_E_NOMEM.
 */
int nono_plan_split(struct nono_capset *set, struct nono_error *err);

/** nono_plan_with - nono_sandbox_plan for a machine with these means: names, tiers, splitting, or refusing. */
int nono_plan_with(struct nono_capset *set, const struct nono_means *means, const char *remedy, struct nono_error *err);

/** nono_plan_tiers - the part of it that chooses masks and refuses what is left open. Pure. */
int nono_plan_tiers(struct nono_capset *set, const struct nono_means *means, const char *remedy,
		    struct nono_error *err);

/**
 * nono_plan_names - deny the other names of denied things too: hard links below grants, and mounts that show them, or
 * parts of them, once more.
 * The search for links is bounded: where there is too much to look at, the rule is marked instead.
 * Returns 0, -NONO_E_SYSTEM, -NONO_E_LIMIT, -NONO_E_NOMEM.
 */
int nono_plan_names(struct nono_capset *set, struct nono_error *err);

#endif
