"""The spaces page under the hand: typed, clicked, edited, swiped and turned, and what is then shown."""

import re

import nibabel as nib
import numpy as np
from nibabel.affines import apply_affine
from playwright.sync_api import Page, expect

from tests.e2e import hand, images

MNI = "/spaces?image=scans/below/mni-2mm.nii.gz"
OBLIQUE = "/spaces?image=scans/oblique.nii.gz"
WITH_MAP = f"{OBLIQUE}&overlay=scans/signed.nii.gz&threshold=1"
# A textbook's pair: (0, 20, 44) mm lie in voxel (45, 73, 58).
PLACE, VOXEL = "0 20 44", (45, 73, 58)
# A window for tests of the scene: its frames are drawn in software, which takes a second each in a window of 1400 px.
SMALL = {"width": 640, "height": 600}
# The value that a chart's trace has, in JavaScript.
TRACE = "document.querySelector('.st-key-{chart} .plot')?.data?.[{number}]"


def type_into(page: Page, label: str, text: str) -> None:
    box = page.get_by_label(label, exact=True)
    box.fill(text)
    box.press("Enter")


def worked(page: Page) -> str:
    """Return the LaTeX of the worked mapping."""
    return page.locator(".st-key-worked annotation").text_content(timeout=hand.PATIENCE)


def press_slider(page: Page, name: str, key: str, n_times: int) -> None:
    """Move a slider by its keys and wait until the page has followed."""
    thumb = page.locator(f".st-key-{name}").get_by_role("slider")
    thumb.focus()
    for _ in range(n_times):
        thumb.press(key)
    hand.wait_until_idle(page)


def wait_for_slice(page: Page, plane: str, wanted) -> None:
    """Wait until a plane shows these codes."""
    hand.wait_for(
        page,
        """([plane, wanted]) => {
            const { plot, data: { slices } } = document.querySelector(".st-key-slices .live-chart").chart;
            const rows = plot.data[slices.planes[plane].heatmaps[0]].z;
            return rows.every((row, number) => row.every((code, column) => code === wanted[number][column]));
        }""",
        [plane, np.asarray(wanted).tolist()],
    )


def test_a_typed_voxel_is_the_textbook_s_place_and_the_typed_place_its_voxel(look_at):
    page = look_at(MNI)
    type_into(page, "Voxel i j k", "45 73 58")
    hand.expect_readout(page, "i 45 j 73 k 58 x 0.00 y 20.00 z 44.00 mm")
    type_into(page, "World x y z, mm", "36, -2, 48")
    hand.expect_voxel(page, (27, 62, 60))
    expect(page.get_by_label("Voxel i j k", exact=True)).to_have_attribute("placeholder", "27 62 60")
    type_into(page, "World x y z, mm", "36 -2")
    expect(page.get_by_text("a position needs three").first).to_be_visible()


def test_a_click_in_a_plane_changes_the_numbers_of_the_worked_mapping(look_at):
    page = look_at(OBLIQUE)
    assert r"\begin{bmatrix} 12 \\ 14 \\ 10 \end{bmatrix}" in worked(page)
    hand.click_at(page, "axial", apply_affine(images.oblique(), (17, 9, 10)))
    hand.expect_voxel(page, (17, 9, 10))
    expect(page.locator(".st-key-worked annotation")).to_contain_text(r"\begin{bmatrix} 17 \\ 9 \\ 10 \end{bmatrix}")
    x, y, z = (f"{value:.3f}" for value in apply_affine(images.oblique(), (17, 9, 10)))
    assert rf"\begin{{bmatrix}} {x} \\ {y} \\ {z} \end{{bmatrix}}\ \text{{mm}}" in worked(page)
    page.get_by_text("x y z → i j k").click()
    expect(page.locator(".st-key-worked annotation")).to_contain_text(r"\text{voxel }")


def test_fast_moves_end_where_the_hand_does(look_at):
    """Text that the script wrote into the boxes came back late, as if typed, and put the cursor back."""
    page = look_at(OBLIQUE)
    for k in range(3, 16):
        hand.click_at(page, "coronal", apply_affine(images.oblique(), (12, 14, k)))
    hand.expect_voxel(page, (12, 14, 15))
    hand.wait_until_idle(page)
    hand.wait_until_drawn(page)
    assert hand.read_readout(page).ijk == (12, 14, 15)


def test_a_move_shifts_the_picture_undo_and_reset_bring_it_back(look_at):
    page = look_at(f"{MNI}&tab=Edit+and+see")
    before = np.array(hand.read_slice(page, "axial"))
    press_slider(page, "move_x", "ArrowRight", 20)
    # 20 mm are ten voxels of 2 mm, and right is to the right of the screen.
    shifted = np.zeros_like(before)
    shifted[:, 10:] = before[:, :-10]
    wait_for_slice(page, "axial", shifted)
    assert "moved by 20 mm to the right" in page.get_by_text("The copy is").text_content()
    page.get_by_role("button", name="Reset", exact=True).click()
    wait_for_slice(page, "axial", before)
    page.get_by_role("button", name="Undo", exact=True).click()
    wait_for_slice(page, "axial", shifted)


def test_a_mirrored_axis_mirrors_the_picture_and_a_flipped_one_does_not(look_at):
    page = look_at(f"{OBLIQUE}&tab=Edit+and+see")
    before = np.array(hand.read_slice(page, "axial"))
    mirror, flip = page.locator(".st-key-mirror"), page.locator(".st-key-flip")
    flip.get_by_role("button", name="j").click()
    hand.expect_voxel(page, (12, images.SHAPE[1] - 1 - 14, 10))
    wait_for_slice(page, "axial", before)
    mirror.get_by_role("button", name="j").click()
    wait_for_slice(page, "axial", before[::-1])


def test_the_downloaded_copy_has_the_edited_affine_and_the_original_stays(look_at, image_folder, tmp_path):
    original = (image_folder / "oblique.nii.gz").read_bytes()
    page = look_at(f"{OBLIQUE}&move_x=7&turn_z=90&tab=Edit+and+see")
    path = hand.download(page, page.get_by_role("button", name="Download the copy as NIfTI"), tmp_path)
    assert path.name == "oblique_edited.nii.gz"
    copy, source = nib.load(path), nib.load(image_folder / "oblique.nii.gz")
    middle = (np.array(images.SHAPE) - 1) / 2
    np.testing.assert_allclose(
        apply_affine(copy.affine, middle) - apply_affine(source.affine, middle), (7, 0, 0), atol=1e-3
    )
    # A quarter turn about z: what pointed right points to the front.
    np.testing.assert_allclose(copy.affine[1, :3], source.affine[0, :3], atol=1e-4)
    np.testing.assert_array_equal(np.asarray(copy.dataobj), np.asarray(source.dataobj))
    assert (image_folder / "oblique.nii.gz").read_bytes() == original


def test_the_overlay_lies_where_its_own_voxels_are(look_at):
    page = look_at(WITH_MAP)
    x, y, z = images.HOT_MM
    type_into(page, "World x y z, mm", f"{x} {y} {z}")
    hand.wait_until_drawn(page)
    hand.expect_readout(page, re.compile(r"signed\.nii\.gz: i 15 j 10 k 13\s+value 4\.\d+"))
    assert hand.code_under_crosshair(page, "axial", layer=1) > 200


def test_the_swipe_uncovers_the_image_from_the_right_and_flicker_all_of_it(look_at):
    page = look_at(WITH_MAP)
    whole = np.array(hand.read_slice(page, "coronal", layer=1))
    page.locator(".swipe").fill("50")
    half = whole.copy()
    half[:, images.SHAPE[0] // 2 :] = 0
    hand.wait_for(page, "document.querySelector('.st-key-slices .live-chart').chart.swipe === 0.5")
    hand.wait_until_drawn(page)
    assert np.array_equal(hand.read_slice(page, "coronal", layer=1), half)
    page.get_by_role("button", name="Flicker").click()
    hand.wait_for(page, "document.querySelector('.st-key-slices .live-chart').chart.isOverlayOff")
    hand.wait_for(page, "!document.querySelector('.st-key-slices .live-chart').chart.isOverlayOff")
    page.get_by_role("button", name="Stop").click()
    page.locator(".swipe").fill("100")
    hand.wait_until_drawn(page)
    assert np.array_equal(hand.read_slice(page, "coronal", layer=1), whole)


def test_an_outline_is_drawn_along_the_threshold_and_hollow(look_at):
    page = look_at(f"{OBLIQUE}&overlay=scans/below/mni-2mm.nii.gz&threshold=1")
    whole = np.array(hand.read_slice(page, "axial", layer=1)) > 0
    page.locator(".st-key-overlay_as").get_by_role("radio", name="outline").click()
    hand.wait_until_idle(page)
    hand.wait_for(page, "document.querySelector('.st-key-slices .live-chart').chart.data.slices.layers[1].is_outline")
    hand.wait_until_drawn(page)
    padded = np.pad(whole, 1, mode="edge")
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    assert np.array_equal(np.array(hand.read_slice(page, "axial", layer=1)) == 255, whole & ~inner)


def test_the_scene_follows_the_cursor_and_keeps_its_camera(look_at):
    page = look_at(f"{WITH_MAP}&tab=Two+images", **SMALL)
    sheet = TRACE.format(chart="scene", number=0)
    hand.wait_for(page, f"{sheet}?.z?.length > 10")
    expect(page.locator(".st-key-scene canvas").first).to_be_visible()
    page.locator(".st-key-scene .plot").scroll_into_view_if_needed()
    box = page.locator(".st-key-scene .plot").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 120, box["y"] + box["height"] / 2 + 40, steps=2)
    page.mouse.up()
    eye = "document.querySelector('.st-key-scene .plot')._fullLayout.scene._scene.getCamera().eye"
    # Drawn in software, the turn goes on for a while after the hand, in steps that take long on a busy computer.
    hand.wait_for(
        page,
        f"""() => {{
            const now = String({eye}.x);
            if (window.eye !== now) Object.assign(window, {{ eye: now, since: performance.now() }});
            return Math.abs({eye}.x - 1) > 0.05 && performance.now() - window.since > 2000;
        }}""",
    )
    turned = page.evaluate(eye)
    type_into(page, "World x y z, mm", "10 -20 5")
    hand.wait_for(page, f"{TRACE.format(chart='scene', number=4)}.x[0] === 10")
    assert np.allclose([turned[axis] for axis in "xyz"], [page.evaluate(eye)[axis] for axis in "xyz"], atol=0.02)
    expect(page.locator(".st-key-same_space")).to_contain_text("in common")


def test_a_browser_without_webgl_is_shown_the_boxes_flat(new_visitor, server):
    page = new_visitor()
    page.add_init_script(
        "const own = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        "  return kind.includes('webgl') ? null : own.call(this, kind, ...rest); };"
    )
    hand.open_page(page, f"{server.url}{OBLIQUE}&tab=Two+images")
    hand.wait_until_drawn(page, "scene")
    x, y, _ = apply_affine(images.oblique(), (12, 14, 10))
    hand.wait_for(page, f"Math.abs({TRACE.format(chart='scene', number=2)}.x[0] - {x}) < 0.01")
    assert page.locator(".st-key-scene .plot .xy3").count() + page.locator(".st-key-scene .plot .x3y3").count() > 0
    type_into(page, "World x y z, mm", f"{x} 7 {y}")
    hand.wait_for(page, f"{TRACE.format(chart='scene', number=2)}.y[0] === 7")


def test_the_lab_fills_its_pictures_and_follows_the_cursor(look_at):
    page = look_at(f"{OBLIQUE}&tab=Resampling&onto=cubes&cube=3")
    values = "[...document.querySelector('.st-key-lab .plot').calcdata[{}][0].z].map((row) => [...row])"
    hand.wait_for(page, "document.querySelector('.st-key-lab .plot')?.calcdata?.[5]?.[0]?.z?.length > 5")
    nearest, linear, difference = (np.array(page.evaluate(values.format(n)), dtype=float) for n in (0, 1, 3))
    assert set(np.unique(nearest)) <= {0.0, *np.unique(images.oblique_image().get_fdata())}
    np.testing.assert_allclose(difference, linear - nearest, atol=0.01)
    hand.click_at(page, "axial", images.bright_mm())
    hand.click_at(page, "sagittal", images.bright_mm())
    hand.expect_voxel(page, images.BRIGHT)
    hand.wait_for(page, f"[...({values.format(0)})].flat().includes({images.BRIGHT_VALUE})")
    type_into(page, "World x y z, mm", "900 0 0")
    expect(page.locator(".st-key-lab")).to_contain_text("The cursor lies outside the chosen grid.")


def test_stored_slices_change_their_indices_and_not_their_place(look_at):
    page = look_at(f"{OBLIQUE}&tab=Storage+order")
    stored = page.locator(".st-key-stored")
    # The image is stored as LAS: RAS counts i from the other end, LPS counts j so.
    for text in ("RAS: voxel (11, 14, 10)", "LPS: voxel (12, 13, 10)", "data[:, :, 10]"):
        expect(stored).to_contain_text(text)
    type_into(page, "Voxel i j k", "17 9 13")
    for text in ("RAS: voxel (6, 9, 13)", "LPS: voxel (17, 18, 13)", "data[:, :, 13]"):
        expect(stored).to_contain_text(text)
    hand.choose(page, "Order 1", "SAR")
    expect(stored).to_contain_text("SAR: voxel (13, 9, 6)")
    expect(stored).to_contain_text("is sagittal")


def test_the_doctor_s_verdicts_are_words(look_at):
    page = look_at(f"{OBLIQUE}&tab=Header+doctor")
    expect(page.locator(".st-key-verdict")).to_contain_text("Verdict: look here")
    expect(page.get_by_text("Tilt: look here")).to_be_visible()


def test_a_label_leads_to_the_names_of_spaces(look_at):
    page = look_at("/spaces?image=mni152-gm&tab=Two+images", **SMALL)
    page.get_by_role("button", name="mni152-gm: MNI152NLin2009aSym").click()
    page.get_by_role("button", name="Names of spaces").click()
    expect(page.get_by_role("tab", name="Names of spaces")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("Also called MNI152NLin2009aSym, nilearn MNI152")).to_be_visible()


def test_a_link_reproduces_the_view(look_at):
    first = look_at(f"{WITH_MAP}&tab=Edit+and+see")
    press_slider(first, "turn_z", "ArrowRight", 12)
    first.locator(".st-key-overlay_as").get_by_role("radio", name="outline").click()
    hand.wait_until_idle(first)
    type_into(first, "Voxel i j k", "9 9 9")
    hand.expect_voxel(first, (9, 9, 9))
    hand.expect_address(first, turn_z="12", overlay_as="outline")
    hand.wait_until_drawn(first)
    hand.wait_for(first, "new URL(location.href).searchParams.get('x') !== null")
    second = look_at(first.url[first.url.index("/spaces") :])
    hand.expect_voxel(second, (9, 9, 9))
    hand.wait_until_drawn(second)
    assert hand.read_slice(second, "axial") == hand.read_slice(first, "axial")
    assert hand.read_slice(second, "axial", layer=1) == hand.read_slice(first, "axial", layer=1)
    expect(second.get_by_role("tab", name="Edit and see")).to_have_attribute("aria-selected", "true")


def test_on_a_narrow_screen_nothing_is_wider_than_the_screen(look_at):
    page = look_at(f"{WITH_MAP}&tab=Storage+order", width=390, height=844)
    expect(page.locator(".st-key-stored")).to_contain_text("data[:, :, 10]")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
