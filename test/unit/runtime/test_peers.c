/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers that peers of the control socket do not read: budget and time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "runtime/control/peers.h"
#include "runtime/core/origin.h"

#define SIZE  (CHI_PEER_TEXT_MAX / 2 + 1) /* only one fits */
#define BEGIN UINT64_C(1000)

static struct chi_peers peers;
static struct chi_origin origin;
static struct chi_peer *const client = &peers.places[0];
static struct chi_peer *const visitors = &peers.places[1];

static int setup(void **state)
{
    (void)state;
    chi_peers_init(&peers, NULL, epoll_create1(EPOLL_CLOEXEC));
    for (int i = 0; i < 3; i++) {
        peers.places[i].fd = eventfd(0, EFD_CLOEXEC);
        peers.places[i].since_ns = BEGIN;
    }
    client->origin = &origin;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    chi_peers_free_text(&peers, client);
    close(client->fd);
    client->origin = NULL;
    chi_peers_close_all(&peers, false);
    close(peers.epoll);
    return 0;
}

static void set_text(struct chi_peer *peer)
{
    chi_peers_set_text(&peers, peer, malloc(1), SIZE);
}

static void expect_cut(void)
{
    assert_true(client->fd >= 0);
    assert_ptr_equal(client->origin, &origin);
    assert_null(client->text);
    assert_true(client->cut);
}

static void the_budget_closes_visitors_and_cuts_answers_of_clients(void **state)
{
    (void)state;
    set_text(client);
    set_text(&visitors[0]);
    expect_cut();
    assert_int_equal(peers.text_bytes, SIZE);
    set_text(&visitors[1]);
    assert_int_equal(visitors[0].fd, -1);
    assert_int_equal(peers.text_bytes, SIZE);
    expect_cut();
}

static void the_time_closes_visitors_and_cuts_answers_of_clients(void **state)
{
    (void)state;
    set_text(client);
    assert_true(chi_peers_expire(&peers, BEGIN + CHI_PEER_IDLE_NS) > 0);
    assert_non_null(client->text);
    assert_int_equal(chi_peers_expire(&peers, BEGIN + CHI_PEER_IDLE_NS + 1), -1);
    expect_cut();
    assert_int_equal(visitors[0].fd, -1);
    assert_int_equal(peers.text_bytes, 0);
}

static void the_end_of_a_cut_answer_lets_the_next_one_begin(void **state)
{
    (void)state;
    set_text(client);
    set_text(&visitors[0]);
    chi_peers_free_text(&peers, client); /* -EBUSY was sent */
    assert_false(client->cut);
    assert_int_equal(peers.text_bytes, SIZE);
    set_text(client);
    assert_int_equal(visitors[0].fd, -1);
    assert_int_equal(client->text_at, 0);
    assert_int_equal(client->text_size, SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_budget_closes_visitors_and_cuts_answers_of_clients,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(the_time_closes_visitors_and_cuts_answers_of_clients, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_end_of_a_cut_answer_lets_the_next_one_begin, setup,
                                        teardown),
    };
    return cmocka_run_group_tests_name("peers", tests, NULL, NULL);
}
