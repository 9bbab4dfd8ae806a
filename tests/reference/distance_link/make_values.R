# Makes values.json: Mantel's correlation and the Procrustes test of vegan for two small tables of
# distances, with all orders of the banks. Run: Rscript make_values.R > values.json
suppressMessages({library(vegan); library(permute); library(jsonlite)})

sold <- as.matrix(dist(cbind(c(0, 1, 3, 4, 7, 9), c(2, 0, 5, 1, 3, 6))))
seen <- as.matrix(dist(cbind(c(1, 2, 2, 6, 8, 7), c(0, 3, 4, 1, 5, 9), c(1, 0, 2, 2, 0, 3))))

all_orders <- how(complete = TRUE, maxperm = 1e6, minperm = 1e6)
link <- mantel(as.dist(sold), as.dist(seen), permutations = all_orders)
sold_map <- cmdscale(sold, k = 2)
seen_map <- cmdscale(seen, k = 2)
turned <- protest(seen_map, sold_map, permutations = all_orders)

cat(toJSON(list(
  sold = sold, seen = seen,
  mantel = list(estimate = link$statistic, p_value = link$signif),
  protest = list(estimate = turned$t0, p_value = turned$signif),
  # distances of the turned places of each bank, both maps of size one
  displacement = residuals(procrustes(seen_map, sold_map, symmetric = TRUE)),
  classical_distances = as.matrix(dist(sold_map))
), digits = 15, auto_unbox = TRUE, matrix = "rowmajor"), "\n")
