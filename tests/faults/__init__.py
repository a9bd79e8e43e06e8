"""`make faults`: the whole way attacked from outside, then what people sent and got compared with what was kept.

orders.py       what was asked for, or why it cannot be done
house.py        who lives there: teams, people on SMS and Telegram, supervisors on both
script.py       what each of them does on a day, drawn from the seed
crowd.py        they read their phones and answer
crew.py         the `blether run` processes: started, killed, frozen, started again at once
world.py        one run's world: provider servers, database, folder, clock
injecting/      the faults, by name
play.py         one run: days go by, faults happen, everything is healed, the bot drains
evidence.py     what the provider servers saw and what the database holds
reconcile.py    the two compared: a table of what was lost, doubled or stuck
results.py      the table printed, and kept with the machine it was measured on
mutated.py      blether with one thing broken on purpose, to show that the table can turn red
trials.py       the smallest scenario for each of those
"""
