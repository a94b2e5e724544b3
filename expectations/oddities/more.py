from expectations.oddities import rewritten, single, kpi_parts
def run(c):
    for q in (*rewritten.ALL,*single.ALL):
        c.execute('insert into oddity by name '+q)
    c.execute(kpi_parts.MAKE.format(kpi_monthly='from marts.kpi_monthly'))
    c.execute('insert into oddity by name '+kpi_parts.FOUND)
    c.execute('insert into oddity by name '+kpi_parts.VANISHED)
