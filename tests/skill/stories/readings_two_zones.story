День и ночь одного счётчика.
who: rich
> свет день 6229 ночь 1838
< день 6229 и ночь 1838
> да
books: ELECTRICITY day 6229; ELECTRICITY night 1838
