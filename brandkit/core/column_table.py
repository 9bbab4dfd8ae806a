"""The table behind the dictionary of columns: name | heading | kind | meaning, room by room."""

from __future__ import annotations

SHARED = """
    estimate            | Estimate | number | the value estimated
    std_error           | Standard error | number | its standard error, in the same unit
    ci_low              | Low | number | lower end of the interval
    ci_high             | High | number | upper end of the interval
    ci_level            | Level | share | coverage the interval aims at, 0-1
    statistic           | Statistic | number | test statistic
    p_value             | p | p_value | p-value, 0-1
    n                   | Base | count | rows or answers behind the value
    n_effective         | Effective base | count | base after weights and clustering
    n_dropped           | Dropped | count | rows left out because something was missing
    share               | Share | share | part of a total, 0-1
    weight              | Weight | decimal | weight >= 0
    label               | Name | text | name of a row or column of a table
    brand               | Brand | text | bank or brand
    attribute           | Attribute | text | what is measured or listed
    item                | Item | text | question of a survey
    category            | Category | text | product category
    product             | Product | text | product id, unique within its brand
    segment             | Segment | text | customer group a row or offer belongs to
    wave                | Wave | text | survey wave
"""
SOURCES = """
    record              | Record | text | id of a record of a catalogue, unique within its brand
    file                | File | text | file a record was read from
    name                | Product name | text | name as the bank writes it
    description         | Description | text | what the bank says of the product
    as_of               | As of | date | day the evidence stands for
    n_records           | Records | count | records that are one offer
    n_free_text         | Free-text features | count | features told in prose, which are not compared
    facet               | Facet | text | features, fees, rates, terms, eligibility, regions or channels
    state               | State | text | has, has_not or not_stated
    value               | Value | number | amount in the unit beside it; missing where none is stated
    unit                | Unit | text | share, years, months or a currency, by the year where it says so
    field               | Field | text | where in a record or file
    problem             | Problem | text | what was skipped, repaired or worth knowing
    found               | Found | text | what stands there, shortened
    reason              | Kind of problem | text | one word for it, the same in every language
    recognised          | Recognised | flag | whether a fee's name is in the vocabulary
    low                 | Scale from | number | low end of an item's scale
    high                | Scale to | number | high end of an item's scale
    missing             | Missing codes | text | codes that are no answers
    reversed            | Turned round | flag | answers were turned round on reading
    set                 | Battery | text | set of questions an item belongs to
    question            | Question | text | question of the battery
    kind                | Kind | text | of a battery, "pick" or "scale"; of a gap, "parity_gap" or "point_of_difference"
    respondent          | Respondent | text | who answered
    strata              | Stratum | text | stratum of the sample
    cluster             | Cluster | text | cluster of the sample
    count               | Weighted count | number | sum of the weights of those who ticked
    weighted_base       | Weighted base | number | sum of the weights of those asked
    n_picked            | Ticked | count | answers that ticked, unweighted
    n_brands            | Brands | count | different brands
    n_attributes        | Attributes | count | different attributes
    check               | Check | text | check of the fieldwork
    detail              | Detail | text | what in particular was found, one word
    n_found             | Cases | count | rows or answers that a check found
    n_respondents       | Respondents | count | different persons
    n_checks_found      | Checks with cases | count | checks that found anything
    n_coded             | Coded as missing | count | cells with a missing code
    n_blank             | Blank | count | empty cells
    market              | Market | text | region or place where branches are
    amount              | Amount | number | branches, deposits or another measure of presence
"""
OVERLAP = """
    brand_a             | Bank | text | bank whose offers are looked at
    brand_b             | Compared with | text | bank in which counterparts are sought
    product_a           | Its product | text | product id of the offer looked at
    product_b           | Product compared | text | product id of the offer set against it
    row_a               | Row | count | place of a name among those given
    row_b               | Row | count | place of the name set against it
    similarity          | Similarity | decimal | likeness of two offers, whole or in one facet, 0-1; missing where not comparable
    part                | Part | decimal | what the facet adds to the similarity; parts add up to it
    shared              | Both | text | what both offers list or state
    only_a              | Only the first | text | what only the first offer lists or states
    only_b              | Only the second | text | what only the second offer lists or states
    bound_low           | At least | decimal | lowest value whatever the truth of what is not stated
    bound_high          | At most | decimal | highest value whatever the truth of what is not stated
    n_offers            | Offers | count | offers: products after records that differ in rate or tier only are united
    n_compared          | Offers compared | count | offers with at least one comparable counterpart
    n_pairs             | Pairs | count | pairs of offers of different banks within a category
    n_comparable        | Comparable pairs | count | pairs that disclose enough to be compared
    overlap             | Overlap | share | mean best match of the bank's offers in the other's catalogue, 0-1
    overlap_shared      | Overlap where both are | share | the same within categories that both have
    expected            | Expected overlap | share | mean best match against as many offers drawn from all other banks
    excess              | Excess over chance | signed | (overlap - expected)/(1 - expected): 0 as expected of a rival of this size, 1 all alike
    stability_low       | Stable from | share | lower end of the stability interval: the bank's own offers resampled
    stability_high      | Stable to | share | upper end of the stability interval
    sister              | Sister | flag | nearly one catalogue, or one declared owner
    n_categories        | Categories | count | categories with at least one offer
    breadth             | Breadth | decimal | entropy of the bank's category shares, natural units
    uniqueness          | Uniqueness | share | 1 - mean best match at any rival, 0-1
    n_rivals            | Rivals | count | banks compared with, sisters left out
    n_sisters           | Sisters | count | sister banks, or pairs of them in the market
    nearest_overlap     | Overlap with nearest | share | overlap with the nearest bank
    nearest_rival       | Nearest rival | text | bank, sisters left out, with the largest overlap
    nearest_rival_overlap | Overlap with nearest rival | share | overlap with that rival
    nearest_rival_support | Stays nearest | share | share of resamples of the bank's offers in which that rival stays the nearest
    second_rival        | Next rival | text | rival with the next largest overlap
    second_rival_overlap | Overlap with the next | share | overlap with it
    name_a              | Its name | text | name of the offer looked at
    name_b              | Name compared | text | name of the offer set against it
    rival_by_excess     | Nearest for its size | text | rival with the largest excess over chance
    rival_excess        | Excess with it | signed | excess over chance with that rival
    reference           | Reference | text | hash of the reference that similarities were measured against
    scenario            | Weights | text | which other weights of the facets
    correlation         | Rank correlation | decimal | rank correlation of all overlaps with those at the chosen weights
    nearest_kept        | Nearest rival kept | share | share of banks, or of weights, that leave the nearest rival as it is
    largest_change      | Largest change | share | largest change of an overlap
    n_scenarios         | Sets of weights | count | other weights tried
    n_shared_markets    | Shared markets | count | markets both banks are in
    commonality         | Market commonality | decimal | Chen's directed market commonality, 0-1
    back                | The other way | decimal | market commonality the other way round
    jaffe               | Jaffe proximity | decimal | cosine of the banks' market shares, 0-1
    closeness           | Closeness | decimal | closeness over related markets, >= 0
    closeness_normalised | Closeness, normalised | decimal | the same over its value with oneself, 0-1
    n_markets           | Markets | count | markets with any amount
    self_commonality    | Own commonality | decimal | market commonality of the bank with itself
    rival               | Met most | text | the rival with the largest market commonality
    rival_commonality   | Commonality with it | decimal | market commonality with that rival
    n_meeting           | Pairs that meet | count | unordered pairs with a market in common
    index               | Index | number | which measure of overlap; of a block, its score from 0 to 100
    null                | Null model | text | how chance was modelled
    observed            | Observed | decimal | value in the data
    std_deviation       | Standard deviation | decimal | of the value under the null model
    ses                 | Standardised effect | signed | (observed - expected) / standard deviation under the null
    p_two_sided         | Two-sided p | p_value | twice the smaller tail, at most 1
    p_adjusted          | Adjusted p | p_value | p-value after Holm's adjustment over pairs
    draws               | Draws | count | random tables or samples drawn
    n_ours              | Our offers | count | the focus bank's offers in the category or cell
    n_ours_have         | Of ours | count | the focus bank's offers that have it
    n_have              | Of rivals' | count | rivals' comparable offers that have it
    share_have          | Rivals' offers with it | share | of rivals' comparable offers, those that have it, 0-1
    share_not_stated    | Not stated | share | of rivals' offers, those that do not say, 0-1
    n_rivals_have       | Rivals with it | count | rivals with at least one offer that has it
    cell                | Cell | text | "crowded", "empty", "ours_alone" or "usual"
    n_parity_gaps       | Parity gaps | count | attributes that most rivals' offers have and ours lack
    n_differences       | Points of difference | count | attributes that ours have and few of rivals' do
    n_crowded           | Crowded cells | count | segments of a category with more offers than expected
    n_empty             | Empty cells | count | segments of a category without any offer
    n_look_alikes       | Look-alike names | count | pairs of product names that look alike
    component           | Component | text | "entry_exit", "vocabulary", "disclosure", "real" or their sum "total"
    range_low           | Range from | signed | lowest value over orders and vocabularies
    range_high          | Range to | signed | highest value over orders and vocabularies
    on_first            | On first vocabulary | signed | real change in the words of the first date
    on_last             | On last vocabulary | signed | real change in the words of the last date
    usable              | Usable | flag | whether the bank's list, or enough banks of the date, were read
    in_panel            | In panel | flag | present and usable at every usable date
    n_failed            | Failed records | count | records that were answered with an error
    n_unusable          | Unusable banks | count | banks whose list or records failed
    share_unusable      | Unusable | share | part of the date's banks, 0-1
    first_as_of         | First date | date | first usable date
    last_as_of          | Last date | date | last usable date
    n_dates             | Dates | count | usable dates
    n_gaps              | Gaps | count | dates left out because too many banks were unusable
    n_panel             | Panel | count | banks present and usable at every usable date
    total_change        | Total change | signed | of the index over all banks, first to last date
    real_change         | Real change | signed | what entry, vocabulary and disclosure do not explain
"""
POSITIONING = """
    axis                | Axis | count | number of the axis, from 1
    coordinate          | Coordinate | signed | place on the axis in the chosen scaling
    side                | Side | text | "row" or "column": which side of the table
    mass                | Mass | share | share of the table's total, 0-1; missing when supplementary
    inertia             | Inertia | decimal | part of the total inertia, >= 0
    contribution        | Contribution | share | share of the axis's inertia this point makes, 0-1
    squared_cosine      | Shown on axis | share | share of the point's distance the axis shows, 0-1
    quality             | Quality | share | share of the point's distance the kept axes show, 0-1
    supplementary       | Supplementary | flag | placed on the map without shaping it
    singular_value      | Singular value | decimal | square root of the axis's inertia
    scaling             | Scaling | text | which scaling the coordinates have
    total_inertia       | Total inertia | decimal | chi-square over n, or the sum of variances
    share_explained     | Explained | share | share of the inertia that the kept axes show, 0-1
    n_rows              | Rows | count | active rows
    n_columns           | Columns | count | active columns
    n_axes              | Axes | count | axes kept
    row_label           | Row | text | label of the table's row
    column_label        | Column | text | label of the table's column
    ratio               | Times expected | decimal | observed over expected share; 1 = as expected
    residual            | Residual | signed | (p - rc)/sqrt(rc), signed
    nearest             | Nearest | text | the row whose profile is most alike
    distance            | Distance | decimal | how far two rows are apart: chi-square between profiles, straight between coordinates
    second_nearest      | Second nearest | text | the next most alike row
    second_distance     | Distance of the second | decimal | how far it is, likewise
    n_waves             | Waves | count | different survey waves
    loading             | Loading | signed | correlation of an attribute with the axis, -1 to 1; its covariance with the unit axis where attributes are not standardised
    stress              | Stress | decimal | Kruskal's stress-1, of the map or of one point, >= 0: root of squared misfit over squared distance
    stress_share        | Share of the misfit | share | part of the squared misfit that a point has, 0-1
    label_a             | First | text | first of the two points compared
    label_b             | Second | text | second of the two points compared
    dissimilarity       | Dissimilarity | decimal | how unlike two things are, as given, >= 0
    disparity           | Fitted dissimilarity | decimal | what the dissimilarity asks of the map: itself, or its best rising step function
    map_distance        | Distance on the map | decimal | straight distance of two points over the kept axes
    method              | Method | text | how the values were found
    n_points            | Points | count | points on the map
    n_negative          | Negative eigenvalues | count | eigenvalues below zero beyond rounding: parts of the dissimilarities that no map can show
    rotation            | Rotation | text | how the axes were turned; empty where they were not
    model               | Model | text | vector, circular, elliptical or quadratic
    against             | Against | text | simpler model that the model is tested against
    n_parameters        | Parameters | count | numbers fitted for each respondent
    across              | Across | signed | place on the axis across
    upward              | Upward | signed | place on the axis upward
    n_above             | Above their mean | count | respondents predicted above their own mean there
    share_above         | Share above their mean | share | share of respondents predicted above their own mean there, 0-1
    observed_above      | Rated above their mean | share | share of respondents who rated the product above their own mean, 0-1
    mean_liking         | Mean liking | decimal | mean of the ratings, in the unit of the scale
    r2                  | Explained | share | share of the variance of the outcome that is explained, 0-1
    n_significant       | Better at 5 % | count | respondents whose own test prefers the richer model at the 5 % level
    share_significant   | Share better at 5 % | share | the same as a share of those tested; 5 % where it is chance
    df                  | Degrees of freedom | number | degrees of freedom of the test
    optimum             | Optimum | text | "ideal", "anti_ideal", "saddle" or "direction": what a respondent's surface has
    ideal_inside        | Within the map | count | ideal points that lie within the window of the map
    eigenvalue          | Eigenvalue | number | spread along an axis, in squared units of the dissimilarities; below zero where no axis can show it
    n_starts            | Starts | count | starting maps tried
    n_reached           | Starts that agree | count | starting maps that led to the stress of the best
    radius_long         | Long radius | decimal | of the ellipse around a place, in units of the map
    radius_short        | Short radius | decimal | of the ellipse around a place, in units of the map
    angle               | Angle | number | from the first axis to the long radius, degrees
    stability           | Stability | share | share of draws whose kept axes hold at least half of this one, 0-1
    plane_stability     | Plane stable | share | share of draws whose plane agrees with the sample's, 0-1
    wave_from           | From | text | wave that a change starts from
    wave_to             | To | text | wave that a change leads to
    move_across         | Move across | signed | change of the place on the axis across
    move_upward         | Move upward | signed | change of the place on the axis upward
    moved               | Moved | flag | moved relative to the market by more than chance allows
    share_from          | Share before | share | share in the wave that a change starts from, 0-1
    share_to            | Share after | share | share in the wave that a change leads to, 0-1
    change              | Change | signed | difference of two shares, -1 to 1
    n_moved             | Moves | count | moves by more than chance allows
    q_value             | False discovery | p_value | rate of false discoveries at which the pair is called, 0-1
    visible             | Visible on the map | share | part of the residual that the first two axes show, 0-1
    claim               | Claim | text | "supported", "contradicted" or "weak"
    n_claims            | Claims | count | claims checked
    n_supported         | Supported | count | claims that the answers support
    n_contradicted      | Contradicted | count | claims that the answers contradict
    n_weak              | Weak | count | claims that the answers neither support nor contradict
    n_cells             | Pairs tested | count | pairs of brand and attribute tested together
    false_discovery     | False discoveries | share | share of called claims that may be wrong, 0-1
    extrapolated        | Extrapolated | flag | outside the hull of the brands or products that the map rests on
    own_mean            | Compared with | text | what a predicted liking is compared with: the mean of the respondent's surface or of the products rated
    slope_across        | Slope across | signed | by how much the average respondent's liking rises per unit across, at the middle of the products
    slope_upward        | Slope upward | signed | the same per unit upward
    n_products          | Products | count | different products
    spot                | Spot | count | number of a free place, the best first
    room                | Room | decimal | how free a place is: distance on the map to the nearest rival; with a preference map, density of demand less density of rivals, each 1 on average
    zone                | Ground | text | "within" (between the brands) or "extrapolated" (beyond them, reached with shares that some brand has)
    support             | Support | share | share of the draws that say so, 0-1
    rival_distance      | Distance to it | decimal | distance on the map to the nearest rival
    share_now           | Now | share | share of the base that says so now, 0-1
    share_then          | Then | share | share of the base that would have to say so, 0-1
    observed_low        | Lowest seen | share | lowest share any brand has, 0-1
    observed_high       | Highest seen | share | highest share any brand has, 0-1
    at_limit            | At the limit | flag | whether the share was held at the lowest or highest that any brand has
    marks               | Marked by | text | attributes that a brand there would be named for more than the market
    demand              | Demand | decimal | density of preference, 1 on average over the ground
    crowding            | Crowding | decimal | density of rivals, 1 on average over the ground
    n_spots             | Spots | count | free places found
    move                | What-if | text | name of a set of changes
    new_across          | Across, then | signed | place on the axis across after the changes
    new_upward          | Upward, then | signed | place on the axis upward after the changes
    nearest_then        | Nearest, then | text | nearest rival on the map after the changes
    nearest_support     | Nearest in | share | share of the draws in which that rival is the nearest, 0-1
    nearest_then_support | Nearest in, then | share | share of the draws in which that rival is the nearest after the changes, 0-1
    distance_now        | Distance now | decimal | distance on the map to the nearest rival, or to the rival of the row, before the changes
    distance_then       | Distance then | decimal | the same after the changes
    further_support     | Further in | share | share of the draws in which the nearest rival is further away than before, 0-1
    choice_change       | Change of share | decimal | change of the share of choices, 0.01 for one point
    choice_now          | Share of choices | share | predicted share of choices before the changes, 0-1
    choice_then         | Share, then | share | predicted share of choices after the changes, 0-1
    n_moves             | What-ifs | count | sets of changes looked at
    leads               | Leads in | text | changed attributes on which the brand would have a larger share than any rival
    standing            | Standing | signed | standard deviations of the brands above their mean on the attribute
    alone_support       | Alone in | share | share of the draws in which no rival has as much of all that is raised, 0-1
    n_rivals_now        | Rivals with as much now | count | rivals that have as much of all that is raised as the brand has now
    above_market        | Above the market | signed | share that a brand at the spot would have, less that of the average brand; 0.10 is ten points
"""
SATISFACTION = """
    stage               | Stage | text | when a customer meets the service: before, during or after the sale
    term                | Term | text | driver or constant of a model
    driver              | Driver | text | what may move the outcome
    std_error_model     | Model error | number | standard error if rows were drawn independently with equal weight and the model held
    std_error_design    | Design error | number | standard error over the persons or clusters drawn, whether or not the model holds
    measure             | Measure | text | which summary of the answers
    link                | Link | text | logit or probit
    log_likelihood      | Log-likelihood | number | of the model, weighted
    pseudo_r2           | Pseudo R² | decimal | 1 - log-likelihood over that without drivers, 0-1
    n_levels            | Levels | count | different answers on an ordered scale
    level               | Answer | text | answer on an ordered scale
    n_iterations        | Iterations | count | steps until the estimate settled
    is_converged        | Settled | flag | whether the iteration settled
    p_proportional      | p of equal slopes | p_value | smallest adjusted p-value of the tests that a driver counts the same at every step
    slope_low           | At the low end | signed | coefficient over the lower steps of the scale
    slope_high          | At the high end | signed | coefficient over the upper steps of the scale
    n_persons           | Persons | count | different respondents
    pooled              | Pooled | number | estimate drawn toward the common mean by as much as its error is large
    pooled_error        | Error of the pooled | number | standard error of the pooled estimate, with that of the spread between
    shrinkage           | Drawn in | share | part of the distance to the common mean that pooling takes away, 0-1
    rank                | Rank | count | place by the raw estimate, 1 the highest; equal ones share their mean place
    pooled_rank         | Rank, pooled | count | place by the pooled estimate, 1 the highest
    group               | Pooled together | text | which estimates are pooled with each other
    between_sd          | Spread between | number | standard deviation of the true values, in the unit of the estimates
    between_low         | Spread from | number | lower end of the interval of that spread
    between_high        | Spread to | number | upper end of the interval of that spread
    between_share       | Real spread | share | part of the spread of the estimates that is not noise, 0-1
    n_pooled            | Estimates pooled | count | estimates pooled
    largest_shrinkage   | Drawn in at most | share | largest part of a distance to the common mean that pooling takes away, 0-1
    source              | From | text | block that a path starts from
    target              | To | text | block that a path leads to, or whose drivers are looked at
    total_effect        | Total effect | signed | effect along all ways, direct and indirect, per standard deviation of both
    direct_effect       | Direct effect | signed | path coefficient; 0 where there is no path
    indirect_effect     | Indirect effect | signed | effect along the ways through other blocks
    indirect_low        | Indirect from | signed | lower end of the interval of the indirect effect
    indirect_high       | Indirect to | signed | upper end of the interval of the indirect effect
    f2                  | Effect size f² | decimal | Cohen's f2: explained variance the path adds, over the unexplained
    block               | Block | text | construct that a set of items measures
    block_a             | First block | text | one of two blocks
    block_b             | Second block | text | the other of two blocks
    mode                | Mode | text | A: the block shows in its items; B: the items make the block
    n_items             | Items | count | questions of a block
    r2_adjusted         | Adjusted R² | share | explained variance, adjusted for the number of paths
    ave                 | AVE | decimal | mean squared loading, 0-1
    alpha               | Alpha | decimal | Cronbach's alpha of standardised items
    rho_a               | Reliability ρA | decimal | Dijkstra and Henseler's reliability rho_A
    rho_c               | Reliability ρC | decimal | composite reliability rho_C
    index_low           | Index from | number | lower end of the interval of the index
    index_high          | Index to | number | upper end of the interval of the index
    distinct            | Told apart | flag | whether two things differ by more than chance or measurement allows
    gof                 | Goodness of fit | decimal | geometric mean of mean communality and mean explained variance, 0-1
    scheme              | Scheme | text | how neighbours are weighed: path, centroid or factorial
    n_degenerate        | Failed draws | count | draws that could not be fitted and are left out
    n_turned            | Turned draws | count | draws in which a score pointed the other way
    n_kish              | Base after weights | count | Kish's effective number of answers: what unequal weights alone leave of the base
    base                | Base is | text | enough, small (below the smallest base promised), suppressed (too small to show) or none
    margin              | Margin | text | column of the population's shares that weights are brought to
    share_before        | Before weighting | share | share of the sample in the group before weighting, 0-1
    share_after         | After weighting | share | share of the sample in the group after weighting, 0-1
    kish_effect         | Design effect | decimal | Kish's design effect of unequal weights: n sum(w^2) / (sum w)^2, >= 1
    weight_low          | Smallest weight | decimal | smallest weight, in units of the mean weight
    weight_high         | Largest weight | decimal | largest weight, in units of the mean weight
    n_trimmed           | Trimmed | count | rows whose weight was cut
    group_a             | Group A | text | first group of a pair
    group_b             | Group B | text | second group of a pair, which the first is set against
    letter              | Column | text | letter that stands for the group in comparisons
    letters             | Better than | text | letters of the groups it scores significantly above: capitals at the stricter level
    wave_a              | From wave | text | earlier wave
    wave_b              | To wave | text | later wave
    n_a                 | Base A | count | answers behind the first of a pair
    n_b                 | Base B | count | answers behind the second of a pair
    n_groups            | Groups | count | different groups compared
    n_distinct          | Distinct pairs | count | pairs that the adjusted test tells apart
    n_small             | Small bases | count | groups whose base is flagged as small
    n_suppressed        | Suppressed | count | groups whose base is too small to show
    style               | Way of comparing | text | holm (design errors, Holm's adjustment) or ctables (pooled, Bonferroni)
    alpha_raw           | Alpha | decimal | Cronbach's alpha of the sum of the items as they are
    alpha_standardised  | Alpha, standardised | decimal | Cronbach's alpha of the sum of standardised items
    alpha_low           | Alpha from | decimal | lower end of the interval of alpha_raw
    alpha_high          | Alpha to | decimal | upper end of the interval of alpha_raw
    omega               | Omega | decimal | McDonald's omega of the sum of the items as they are, one factor
    omega_standardised  | Omega, standardised | decimal | McDonald's omega of the sum of standardised items
    kmo                 | KMO | decimal | Kaiser, Meyer and Olkin's measure of sampling adequacy, 0-1
    mean_correlation    | Mean correlation | decimal | mean correlation of two items
    item_rest           | Item-rest | decimal | correlation of the item with the sum of the others
    alpha_if_dropped    | Alpha without it | decimal | alpha_raw of the other items
    mean                | Mean | number | weighted mean of the answers
    spread              | Standard deviation | number | weighted standard deviation of the answers
    looks_reversed      | Looks turned round | flag | whether the item runs against the others
    share_target        | Population | share | share of the population in the group, 0-1
    untruncated         | Before the bound | signed | the estimate as it comes out, which may lie below 0 where nothing is there
    smallest_difference | Smallest that matters | number | smallest difference that matters, in scale points
    declared            | Declared | flag | whether it was declared, and not taken for granted
    p_equal             | p, equal | p_value | p-value of the test that the difference is as large as matters: small says equal
    p_equal_adjusted    | Adjusted p, equal | p_value | the same after Holm over the pairs of an item
    n_both              | Rated both | count | persons who answered for both banks
    score               | Score | number | weighted mean of the answers, in scale points
    share_equal         | Equal | share | part of the pairs shown to differ by less than matters, 0-1
    share_different     | Different | share | part of the pairs shown to differ, 0-1
    share_open          | Open | share | part of the pairs where the answers do not settle it, 0-1
    n_tests             | Pairs tested | count | pairs of banks times items tested
    importance          | Importance | decimal | how much of the outcome a driver accounts for, or moves
    importance_low      | Importance from | decimal | lower end of the interval of the importance
    importance_high     | Importance to | decimal | upper end of the interval of the importance
    performance         | Performance | number | mean score from 0 to 100
    performance_low     | Performance from | number | lower end of the interval of the performance
    performance_high    | Performance to | number | upper end of the interval of the performance
    quadrant            | Quadrant | text | "act", "keep", "later" or "enough": important and badly done, important and well done, less important and badly or well done
    share_act           | Act first | share | share of draws in which it is important and badly done
    share_keep          | Keep up | share | share of draws in which it is important and well done
    share_later         | Later | share | share of draws in which it is less important and badly done
    share_enough        | Enough | share | share of draws in which it is less important and well done
    importance_mean     | Mean importance | decimal | where the line between less and more important lies
    performance_mean    | Mean performance | number | where the line between badly and well done lies
    noise_floor         | Noise floor | share | importance that a driver without any tie to the outcome exceeds in 5 % of cases
    above_noise         | Above noise | flag | whether the importance lies above the noise floor
    coefficient         | Coefficient | signed | slope of the outcome on the driver, all others held, in their own units
    first               | Alone | share | part of the variance that the driver explains alone, 0-1
    last                | On top of the others | share | part of the variance that the driver adds to all others, 0-1
    p_first             | Ranks first | share | share of draws in which it ranks first
    outcome             | Outcome | text | what is explained
    within              | Within | text | column whose groups are each centred on their own means; empty where none is
    by                  | By | text | column that splits the rows; empty where none does
    n_drivers           | Drivers | count | drivers that vary
    n_above_noise       | Drivers above noise | count | drivers whose importance lies above the noise floor
    uncentred           | Not centred | decimal | the same importance when brands are not centred on their means
    invariant           | Same meaning | flag | whether the block is made of the same in every group
    difference          | Difference | signed | first less second, or largest less smallest
    segment_a           | First group | text | one of two groups
    segment_b           | Second group | text | the other of two groups
    n_segments          | Groups | count | groups compared
    rmse                | Error | decimal | root of the mean squared error, in the item's units
    rmse_linear         | Error of a line | decimal | the same of a linear regression
    rmse_mean           | Error of the mean | decimal | the same of the mean alone
    mae                 | Mean deviation | decimal | mean absolute error, in the item's units
    mae_linear          | Mean deviation of a line | decimal | the same of a linear regression
    q2                  | Foretold | share | 1 - squared error over that of the mean; below 0 where the mean foretells better
    folds               | Folds | count | parts that were left out in turn
    penalty             | Penalty | signed | what a poor answer does to the outcome, against one in between, in the outcome's unit
    penalty_low         | Penalty from | signed | lower end of the interval of the penalty
    penalty_high        | Penalty to | signed | upper end of the interval of the penalty
    reward              | Reward | signed | what a good answer does to the outcome, against one in between, in the outcome's unit
    reward_low          | Reward from | signed | lower end of the interval of the reward
    reward_high         | Reward to | signed | upper end of the interval of the reward
    asymmetry           | Asymmetry | signed | (reward - penalty) / (reward + penalty): -1 all penalty, 0 both alike, 1 all reward
    asymmetry_low       | Asymmetry from | signed | lower end of the interval of the asymmetry
    asymmetry_high      | Asymmetry to | signed | upper end of the interval of the asymmetry
    p_basic             | Basic | share | share of draws that lean to the penalty
    p_performance       | Performance factor | share | share of draws in which penalty and reward are alike
    p_exciting          | Exciting | share | share of draws that lean to the reward
    matters             | Matters | flag | whether there is a penalty or a reward at all, beyond chance
    role                | Kind of service | text | basic, performance, exciting or undecided
    cuts_agree          | Same under other cuts | share | share of the other cuts that give the same kind
    cut_low             | Poor up to | number | answers up to here count as poor
    cut_high            | Good from | number | answers from here on count as good
    chosen              | Chosen | flag | whether these are the cuts the results rest on
    n_low               | Poor answers | count | rows with a poor answer
    n_high              | Good answers | count | rows with a good answer
    n_basic             | Basic factors | count | attributes that are core services
    n_performance       | Performance factors | count | attributes whose penalty and reward are alike
    n_exciting          | Exciting factors | count | attributes that are extended services
    n_undecided         | Undecided | count | attributes whose kind the data do not settle
    n_chosen            | Times chosen | count | choices that took the bank
    n_single            | One bank only | count | choices left out because only one bank is rated
    n_without           | None chosen | count | choices left out because no rated bank was chosen
    n_all               | All chosen | count | choices left out because every rated bank was chosen
    hit_rate            | Choices named right | share | share of choices whose bank has the largest predicted chance, 0-1
    hit_rate_chance     | Right by chance | share | the same by guessing, 0-1
    p_constants         | p of bank constants | p_value | p-value of the test that attributes explain how often banks are chosen
    p_independence      | p of independence | p_value | smallest adjusted p-value of the tests that leaving out a bank changes nothing
    dimension           | Dimension | text | dimension of service quality an item belongs to
    expectation         | Expectation | number | weighted mean of the expected service, in scale points
    stage_a             | Stage | text | first of two stages of the sale
    stage_b             | Stage compared | text | the stage it is set against
    n_dimensions        | Dimensions | count | dimensions of service quality
    n_stages            | Stages | count | stages of the sale
    share_if            | Share if changed | share | share of choices after the change, 0-1
    n_classes           | Classes | count | latent classes
    bic                 | BIC | number | Bayesian information criterion on the effective base; the smallest wins
    entropy             | Entropy | decimal | 1 - entropy of the chances of belonging over its largest: 1 told apart surely, 0 not at all
    is_chosen           | Chosen | flag | whether this number of classes was taken
    smallest_share      | Smallest class | share | share of persons in the smallest class, 0-1
    share_kept          | Keep their class | share | mean share of persons, over draws, that stay in their class when classes are found anew, 0-1
    rand_index          | Adjusted Rand index | decimal | mean agreement with classes found anew in draws: 1 the same, 0 as by chance
    rand_low            | Rand from | decimal | lower end of that agreement over draws
    rand_high           | Rand to | decimal | upper end of that agreement over draws
    certainty           | Certainty | share | mean chance with which persons belong to the class they are put in, 0-1
    difference_error    | Error of difference | number | standard error of the difference
    is_described        | Describes | flag | whether the item only describes the segments and did not form them
    n_estimated         | Numbers estimated | count | numbers a model estimates from the answers
    priority            | Priority | text | "act", "keep", "secure", "watch" or "later": what to do about a service
    n_act               | To act on | count | services to act on first
    n_keep              | To keep | count | services in which the bank leads
    n_secure            | To secure | count | basic services in which the bank is level with rivals
    before              | Before | number | score in the earlier of two waves
    after               | After | number | score in the later of two waves
"""
JOINS = """
    test                | Test | text | "mantel" or "procrustes"
    exact               | All orders | flag | whether all orders of the banks were gone through, not a random part of them
    detectable          | Detectable from | decimal | size that would be found in four of five cases with so many banks
    verdict             | Verdict | text | "linked" or "open"; of a pair of banks "equal", "different" or "open"
    catalogue_distance  | Distance of products | decimal | 1 less the mean overlap of both directions, or the distance given
    perceived_distance  | Distance of images | decimal | distance between what customers say of two banks
    catalogue_rank      | Rank by products | decimal | rank of the pair by distance of products, 1 the nearest; ties share the mean
    perceived_rank      | Rank by image | decimal | rank of the pair by distance of images, 1 the nearest; ties share the mean
    reading             | Reading | text | "seen_apart", "seen_alike" or "usual"
    number              | Number | count | number of the bank in the figure
    catalogue_coordinate | Place by products | signed | place on the map of products, turned onto that of images
    perceived_coordinate | Place by image | signed | place on the map of images
    displacement        | Apart by | decimal | distance of the two places of a bank, both maps brought to one size
    n_left_out          | Left out | count | banks that only one side knows
    n_seen_apart        | Alike, seen apart | count | pairs alike in products and far apart in image
    n_seen_alike        | Apart, seen alike | count | pairs far apart in products and alike in image
    trait               | Trait | text | "uniqueness" or "breadth" of a bank's offers
    effective_categories | Even categories | decimal | categories a bank would have were its offers spread evenly: the exponential of its breadth
    profile             | Profile | text | "specialist", "universal" or "between"
    reliability         | Not noise | share | part of the differences between banks in the estimates that is not error of the survey, 0-1
    rank_low            | Best rank | count | best rank that the errors do not rule out, for all institutions at once
    rank_high           | Worst rank | count | worst rank that the errors do not rule out, for all institutions at once
    weights_rank_low    | Best rank by weights | count | best rank over the central part of the weights drawn
    weights_rank_high   | Worst rank by weights | count | worst rank over the central part of the weights drawn
    share_first         | Ranked first | share | share of the weights drawn that put it first, 0-1
    bound_rank_low      | Best rank ever | count | no weights can give a better rank
    bound_rank_high     | Worst rank ever | count | no weights can give a worse rank
    omit_rank_low       | Best rank, one less | count | best rank when any one criterion is left out
    omit_rank_high      | Worst rank, one less | count | worst rank when any one criterion is left out
    criterion           | Criterion | text | what institutions are scored by
    scaled              | Scaled | decimal | value brought to 0-1 by the declared limits, 1 the better end
    direction           | Better | text | "higher" or "lower": which end is better
    n_criteria          | Criteria | count | criteria scored
    n_told_apart        | Pairs told apart | count | pairs of institutions whose totals differ beyond the errors
    most_share_first    | Most often first | text | the institution that most of the weights drawn put first
    contribution_score  | Contribution | decimal | what it brings today: weighted criteria of contribution, 0-1
    potential_score     | Potential | decimal | what it could bring: weighted criteria of potential, 0-1
    contribution_error  | Error of contribution | decimal | standard error of the contribution
    potential_error     | Error of potential | decimal | standard error of the potential
    tier                | Tier | text | "lead", "hold", "build" or "watch": high or low in contribution and in potential
    tier_support        | Stays in tier | share | share of draws of weights, and of errors where known, that leave the tier as it is
    composite           | Composite | text | "contribution" or "potential"
    n_lead              | Lead | count | institutions high in contribution and in potential
    n_settled_tiers     | Settled tiers | count | institutions that nearly all draws leave in their tier
    option              | Option | text | what the bank could do, or keep: an attribute, a segment, or a named what-if
    strategy            | Strategy | text | "innovative", "distinctive", "evolutionary" or "not_enough_evidence"
    because             | Because | text | the rule that decided, in a word
    settled             | Settled | text | "clear", "likely" or "open"
    n_innovative        | Innovative | count | options that nobody has
    n_distinctive       | Distinctive | count | options that few have and customers value
    n_evolutionary      | Evolutionary | count | options that improve what exists
    n_open              | Not enough evidence | count | options that the evidence does not class
    evidence            | Evidence | text | "catalogue" or "image"
"""
REPORT = """
    rule                | Rule | text | which rule of the audit
    severity            | Severity | text | "fails": the report is not written; "warns": it is
    place               | Place | text | where in the file
    n_failures          | Failures | count | problems that fail the report
    n_warnings          | Warnings | count | problems worth knowing
    n_bytes             | Bytes | count | size of the file
    numbers_stand       | Numbers stand | flag | whether every number comes out the same when the report is made again
"""
