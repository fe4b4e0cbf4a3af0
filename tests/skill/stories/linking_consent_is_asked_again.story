Consent answered by something else is asked for again, and nothing said is forgotten
who: stranger
> хвс 120
< лицевого счёта
> {number} {code}
< согласны
> а сколько я должен
< согласны
> даю согласие
< привязан; холодная вода 120
> да
< записано; 8 030
books: links 1; COLD_WATER 120
