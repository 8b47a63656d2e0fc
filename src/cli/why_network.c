/* why_network.c - nono why --host: may it connect there?  SPDX-License-Identifier: Apache-2.0 */
#include "base/util.h"
#include "cli/why.h"
#include "policy/target.h"

#define PORT_USUAL 443

static int choose_port(const struct arguments *args, struct nono_target *target, bool from_url, struct nono_error *err)
{
	unsigned int port;

	if (!args->why_port) {
		if (!target->port)
			target->port = PORT_USUAL;
		return 0;
	}
	if (nono_port_read(args->why_port, strlen(args->why_port), &port) < 0)
		return nono_fail(err, NONO_E_USAGE, 0, "--port '%s': a port is a number from 1 to 65535",
				 args->why_port);
	if (target->port && target->port != port)
		return nono_fail(err, NONO_E_USAGE, 0, "--port %u, and --host %s port %u: leave one of them out", port,
				 from_url ? "is a URL of" : "has", target->port);
	target->port = port;
	return 0;
}

int why_host(const struct question *q, struct report *r, struct nono_error *err)
{
	const struct nono_network *network = &q->set->network;
	struct nono_target target = {.port = 0};
	int rc = nono_target_read(q->args->why_host, &target, err);
	bool allowed;

	if (rc < 0)
		return nono_fail_in(err, rc, "--host");
	rc = choose_port(q->args, &target, strstr(q->args->why_host, "://") != NULL, err);
	if (rc < 0)
		return rc;
	allowed = nono_network_allows(network, target.port);
	report_verdict(r, allowed, allowed ? "network_allowed" : "network_blocked");
	report_add(r, "Host", "host", target.host);
	report_add_number(r, "Port", "port", target.port);
	if (allowed)
		report_add(r, "Note", "warning",
			   target.has_path ? "rules are about ports: neither the host nor the path is looked at"
					   : "rules are about ports: the host is not looked at");
	else
		report_add(r, "Suggested fix", "suggested_flag",
			   network->connect.len ? "--allow-connect-port PORT" : "--allow-net");
	return 0;
}
